// The arena against a Map: the same edits, the same answers, whatever the order and however far apart the slots.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { StateArena } from './state-vector.ts'

type Edit = readonly [slot: number, nid: number]
type Model = ReadonlyMap<number, number>

const slot = fc.oneof(fc.nat(40), fc.nat(2000), fc.nat(2 ** 30 - 1))
const nid = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 2 ** 31 - 1 }))
const edits = fc.array(fc.tuple(slot, nid), { maxLength: 80, size: 'max' })

function edited(model: Model, changes: readonly Edit[]): Model {
  const result = new Map(model)
  for (const [slot, nid] of changes) {
    if (nid === 0) result.delete(slot)
    else result.set(slot, nid)
  }
  return result
}

function entriesOf(arena: StateArena, root: number): Edit[] {
  const found: Edit[] = []
  arena.entries(root, (slot, nid) => void found.push([slot, nid]))
  return found
}

function differences(arena: StateArena, a: number, b: number): number[][] {
  const found: number[][] = []
  arena.diff(a, b, (...difference) => void found.push(difference))
  return found
}

const bySlot = (a: readonly number[], b: readonly number[]) => a[0]! - b[0]!

function differencesOf(a: Model, b: Model): number[][] {
  const slots = [...new Set([...a.keys(), ...b.keys()])]
  return slots
    .filter((slot) => a.get(slot) !== b.get(slot))
    .map((slot) => [slot, a.get(slot) ?? 0, b.get(slot) ?? 0])
    .toSorted(bySlot)
}

function assertHolds(arena: StateArena, root: number, model: Model): void {
  assert.equal(arena.size(root), model.size)
  assert.deepEqual(entriesOf(arena, root), [...model].toSorted(bySlot))
  for (const [slot, nid] of model) assert.equal(arena.get(root, slot), nid)
}

const applyEach = (arena: StateArena, root: number, changes: readonly Edit[]) =>
  changes.reduce((state, [slot, nid]) => arena.set(state, slot, nid), root)

describe('a state vector', () => {
  test('holds what a map holds after any edits, and every older version stays as it was', () => {
    fc.assert(
      fc.property(edits, (changes) => {
        const arena = new StateArena()
        const versions: { root: number; model: Model }[] = [{ root: arena.empty, model: new Map() }]
        for (const change of changes) {
          const { root, model } = versions.at(-1)!
          versions.push({ root: arena.set(root, ...change), model: edited(model, [change]) })
        }
        for (const { root, model } of versions) assertHolds(arena, root, model)
      }),
    )
  })

  test('differs from another in exactly the slots a comparison of maps finds', () => {
    fc.assert(
      fc.property(edits, edits, edits, (common, left, right) => {
        const arena = new StateArena()
        const base = applyEach(arena, arena.empty, common)
        const [a, b] = [applyEach(arena, base, left), applyEach(arena, base, right)]
        const model = edited(new Map(), common)
        assert.deepEqual(differences(arena, a, b), differencesOf(edited(model, left), edited(model, right)))
      }),
      { numRuns: 300 },
    )
  })

  test('has the same root and hash by whatever way it was reached', () => {
    fc.assert(
      fc.property(edits, edits, (changes, detour) => {
        const arena = new StateArena()
        const model = edited(new Map(), changes)
        const root = applyEach(arena, arena.empty, changes)
        const undo = detour.map(([slot]): Edit => [slot, model.get(slot) ?? 0])
        assert.equal(applyEach(arena, applyEach(arena, root, detour), undo), root)
        assert.equal(arena.setAll(arena.empty, [...model].toReversed()), root)
        assert.equal(arena.find(arena.hash(root)), root)
        const other = new StateArena()
        assert.equal(other.hash(other.setAll(other.empty, model)), arena.hash(root))
      }),
    )
  })

  test('changed all at once is the state changed one by one', () => {
    fc.assert(
      fc.property(edits, edits, (before, changes) => {
        const arena = new StateArena()
        const base = arena.setAll(arena.empty, before)
        const root = arena.setAll(base, changes)
        assertHolds(arena, base, edited(new Map(), before))
        assertHolds(arena, root, edited(edited(new Map(), before), changes))
        assert.equal(applyEach(arena, base, changes), root)
      }),
    )
  })

  test('survives packing and unpacking', () => {
    fc.assert(
      fc.property(fc.array(nid, { maxLength: 3000, size: 'max' }), (nids) => {
        const arena = new StateArena()
        const vector = Int32Array.from(nids)
        const root = arena.fromVector(vector)
        assert.deepEqual(arena.toVector(root, vector.length), vector)
        const end = nids.findLastIndex((nid) => nid !== 0) + 1
        assert.deepEqual(arena.toVector(root), vector.subarray(0, end))
        assert.equal(arena.slotEnd(root), end)
        assertHolds(arena, root, edited(new Map(), [...vector.entries()]))
        const changed = arena.set(root, 5000, 7)
        assert.deepEqual(differences(arena, root, changed), [[5000, 0, 7]])
      }),
      { numRuns: 50 },
    )
  })

  test('that does not fit into a packed vector is refused', () => {
    const arena = new StateArena()
    const root = arena.set(arena.empty, 10, 1)
    assert.throws(() => arena.toVector(root, 10), RangeError)
    assert.throws(() => arena.set(root, -1, 1), RangeError)
    assert.throws(() => arena.set(root, 2 ** 30, 1), RangeError)
  })

  test('is empty again when its last entry is deleted', () => {
    const arena = new StateArena()
    const far = arena.set(arena.empty, 1_000_000, 1)
    const both = arena.set(far, 3, 2)
    assert.equal(arena.set(arena.set(both, 3, 0), 1_000_000, 0), arena.empty)
    assert.equal(arena.set(both, 1_000_000, 0), arena.set(arena.empty, 3, 2))
  })
})

describe('retiring', () => {
  test('keeps every state under its root until the next time, and its hash for good', () => {
    fc.assert(
      fc.property(edits, fc.array(edits, { minLength: 1, maxLength: 6 }), (common, forks) => {
        const arena = new StateArena()
        const base = applyEach(arena, arena.empty, common)
        const roots = forks.map((changes) => applyEach(arena, base, changes))
        const hashes = roots.map((root) => arena.hash(root))
        arena.retire()
        const fresh = applyEach(arena, arena.empty, common)
        for (const [i, root] of roots.entries()) {
          const model = edited(edited(new Map(), common), forks[i]!)
          assert.deepEqual(differences(arena, fresh, root), differencesOf(edited(new Map(), common), model))
          const now = arena.current(root)
          assertHolds(arena, root, model)
          assertHolds(arena, now, model)
          assertHolds(arena, applyEach(arena, root, [[3, 7]]), edited(model, [[3, 7]]))
          assert.equal(arena.hash(now), hashes[i])
          assert.equal(arena.find(hashes[i]!), now)
        }
      }),
    )
  })

  test('gives the memory of dead versions back', () => {
    const arena = new StateArena()
    let root = arena.empty
    for (let slot = 0; slot < 5000; slot++) root = arena.set(root, slot, slot + 1)
    const dead = arena.set(root, 1, 99)
    const before = arena.bytes
    for (let times = 0; times < 2; times++) {
      arena.retire()
      root = arena.current(root)
    }
    assert.ok(arena.bytes < before / 10, `${arena.bytes} of ${before} bytes are left`)
    assert.ok(arena.youngBytes < before / 20)
    assert.throws(() => arena.get(dead, 1), RangeError)
    assert.equal(arena.get(root, 4999), 5000)
  })
})
