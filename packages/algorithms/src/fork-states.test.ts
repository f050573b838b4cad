// States of forks that grow, come and go, and the full conflicted set of them, against sets and recursion.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { authFlags } from './auth-dag-columns.ts'
import { ForkStates } from './fork-states.ts'
import { StateArena } from './state-vector.ts'
import { chainOf, chainOfAll, dagOf, type Row, randomRows } from './testing/random-dag.ts'
import { Dice } from './testing/random-room.ts'

type Nids = ReadonlySet<number>

const some = (rows: readonly Row[], dice: Dice, of: number): number[] =>
  rows.filter(() => dice.once(of)).map(({ nid }) => nid)

function expectedSet(rows: readonly Row[], states: readonly Nids[], withSubgraph: boolean): number[] {
  const chains = states.map((state) => chainOfAll(rows, state))
  const conflicted = new Set(
    states.flatMap((state) => [...state]).filter((nid) => !states.every((state) => state.has(nid))),
  )
  const isBetween = (nid: number) =>
    [...conflicted].some((above) => chainOf(rows, above).has(nid)) &&
    [...chainOf(rows, nid)].some((below) => conflicted.has(below))
  return rows
    .map(({ nid }) => nid)
    .filter((nid) => {
      const holding = chains.filter((chain) => chain.has(nid)).length
      const isInDifference = holding > 0 && holding < states.length
      return conflicted.has(nid) || isInDifference || (withSubgraph && isBetween(nid))
    })
}

function expectedChosen(rows: readonly Row[], set: readonly number[]): number[] {
  const power = set.filter((nid) => rows[nid - 1]!.flags & authFlags.power)
  return set.filter((nid) => power.includes(nid) || power.some((each) => chainOf(rows, each).has(nid)))
}

/** Every event has a slot of its own. */
function rootOf(arena: StateArena, state: Iterable<number>): number {
  return arena.setAll(
    arena.empty,
    Array.from(state, (nid) => [nid, nid] as const),
  )
}

/** The states as they are changed a little: one grows or shrinks, comes or goes, or all of them are others. */
function changed(states: readonly Nids[], rows: readonly Row[], dice: Dice): Nids[] {
  const next = [...states]
  const at = dice.below(states.length)
  const way = dice.below(8)
  if (way === 0) next.push(new Set([...next[at]!, ...some(rows, dice, 10)]))
  else if (way === 1 && next.length > 2) next.splice(at, 1)
  else if (way === 2) return Array.from({ length: 2 + dice.below(4) }, () => new Set(some(rows, dice, 3)))
  else next[at] = next[at]!.symmetricDifference(new Set(some(rows, dice, 12)))
  return next
}

describe('the states of forks', () => {
  for (const conflictedSubgraph of [false, true]) {
    test(`have the full conflicted set that sets have, ${conflictedSubgraph ? 'with' : 'without'} the subgraph`, () => {
      for (let seed = 0; seed < 150; seed++) {
        const dice = new Dice(seed)
        const rows = randomRows(dice, 40)
        const [arena, dag] = [new StateArena(), dagOf(rows)]
        const common = some(rows, dice, 1 + dice.below(20))
        const count = seed % 10 === 0 ? 60 : 2 + dice.below(4)
        let states: Nids[] = Array.from({ length: count }, () => new Set([...common, ...some(rows, dice, 8)]))
        const forks = new ForkStates({ arena, dag }, rootOf(arena, states[0]!), { conflictedSubgraph })
        for (let turn = 0; turn < 12; turn++) {
          forks.moveTo([...new Set(states.map((state) => rootOf(arena, state)))])
          forks.conflictedSet.changes()
          const { members, chosen } = forks.conflictedSet
          const nidsOf = (locals: Iterable<number>) =>
            Array.from(locals, (local) => dag.graph().nids[local]!).toSorted((a, b) => a - b)
          const expected = expectedSet(rows, states, conflictedSubgraph)
          assert.deepEqual(nidsOf(members), expected, `seed ${seed}, turn ${turn}`)
          assert.deepEqual(nidsOf(chosen), expectedChosen(rows, expected), `seed ${seed}, turn ${turn}`)
          for (const { nid } of rows) {
            assert.equal(forks.unconflicted(nid), states.every((state) => state.has(nid)) ? nid : 0)
            assert.ok([...forks.conflictedSet.at(nid)].length === Number(expected.includes(nid)))
          }
          states = changed(states, rows, dice)
        }
      }
    })
  }

  test('say what has changed in the set', () => {
    for (let seed = 0; seed < 100; seed++) {
      const dice = new Dice(seed)
      const rows = randomRows(dice, 40)
      const [arena, dag] = [new StateArena(), dagOf(rows)]
      let states: Nids[] = [new Set(some(rows, dice, 3)), new Set(some(rows, dice, 3))]
      const forks = new ForkStates({ arena, dag }, rootOf(arena, states[0]!), { conflictedSubgraph: true })
      for (let turn = 0; turn < 12; turn++) {
        const before = new Set(forks.conflictedSet.members)
        forks.moveTo([...new Set(states.map((state) => rootOf(arena, state)))])
        const { added, slots } = forks.conflictedSet.changes()
        const { members } = forks.conflictedSet
        assert.deepEqual(new Set(added), members.difference(before))
        const { slots: slotsOf } = dag.graph()
        for (const local of members.symmetricDifference(before)) assert.ok(slots.has(slotsOf[local]!))
        forks.settle()
        states = changed(states, rows, dice)
      }
    }
  })
})
