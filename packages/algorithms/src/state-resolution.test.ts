// The fast resolution against the plain one on rooms made up by dice, and the properties any resolution has.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ResolutionMemory, resolutionsRememberedMax, resolve } from './state-resolution.ts'
import { Dice, type RandomRoom, randomRoom } from './testing/random-room.ts'
import { ResolvableRoom } from './testing/resolvable-room.ts'
import { ReferenceResolver, type ReferenceState } from './testing/state-resolution.reference.ts'

const roomsCompared = 2000

const sorted = (state: ReferenceState) => [...state].toSorted(([a], [b]) => (a < b ? -1 : 1))
const referenceOf = ({ events, rules }: RandomRoom) =>
  new ReferenceResolver(new Map(events.map((event) => [event.eventId, event])), rules)

function shuffled<T>(list: readonly T[], dice: Dice): T[] {
  return list
    .map((item) => ({ item, at: dice.below(2 ** 31) }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

describe('state resolution', () => {
  test('agrees with the plain version on random rooms of all versions', () => {
    for (let seed = 0; seed < roomsCompared; seed++) {
      const made = randomRoom(seed, { forksMax: seed % 10 === 0 ? 20 : 5 })
      const expected = sorted(referenceOf(made).resolve(made.states))
      const room = new ResolvableRoom(made.rules, made.events)
      assert.deepEqual(sorted(room.resolve(made.states)), expected, `seed ${seed}, room version ${made.rules.id}`)
    }
  })

  test('does not depend on the order in which states are given or events arrived', () => {
    for (let seed = 0; seed < 300; seed++) {
      const made = randomRoom(seed)
      const dice = new Dice(seed)
      const expected = sorted(new ResolvableRoom(made.rules, made.events).resolve(made.states))
      const room = new ResolvableRoom(made.rules, shuffled(made.events, dice))
      const states = shuffled([...made.states, dice.pick(made.states)], dice)
      assert.deepEqual(sorted(room.resolve(states)), expected, `seed ${seed}, room version ${made.rules.id}`)
    }
  })

  test('leaves a state as it is when there is nothing else', () => {
    for (let seed = 0; seed < 100; seed++) {
      const { rules, events, states } = randomRoom(seed)
      const room = new ResolvableRoom(rules, events)
      const root = room.rootOf(states[0]!)
      assert.deepEqual(resolve([root], room), { root })
      assert.deepEqual(resolve([root, root, root], room), { root })
    }
    const room = new ResolvableRoom(randomRoom(0).rules)
    assert.deepEqual(resolve([], room), { root: room.arena.empty })
  })

  test('is idempotent', () => {
    for (let seed = 0; seed < 300; seed++) {
      const { rules, events, states } = randomRoom(seed)
      const room = new ResolvableRoom(rules, events)
      const roots = states.map((state) => room.rootOf(state))
      const found = resolve(roots, room)
      assert.ok('root' in found)
      assert.deepEqual(resolve([found.root, found.root], room), found, `seed ${seed}, room version ${rules.id}`)
      assert.deepEqual(resolve([...roots, ...roots], room), found, `seed ${seed}, room version ${rules.id}`)
    }
  })

  test('keeps everything all states agree on', () => {
    for (let seed = 0; seed < 300; seed++) {
      const made = randomRoom(seed)
      const resolved = new ResolvableRoom(made.rules, made.events).resolve(made.states)
      for (const [key, id] of referenceOf(made).split(made.states).unconflicted) assert.equal(resolved.get(key), id)
    }
  })

  test('merges 60 forks as the plain version does', () => {
    for (let seed = 0; seed < 12; seed++) {
      const made = randomRoom(seed, { forksMax: 6, eventsMax: 150 })
      const dice = new Dice(seed)
      const states = Array.from(
        { length: 60 },
        () => new Map(made.states.flatMap((state) => (dice.once(3) ? [...state] : []))),
      )
      const expected = sorted(referenceOf(made).resolve(states))
      assert.deepEqual(sorted(new ResolvableRoom(made.rules, made.events).resolve(states)), expected, `seed ${seed}`)
    }
  })

  test('refuses a state with an event outside the auth DAG', () => {
    const { rules, events, states } = randomRoom(1)
    const room = new ResolvableRoom(rules, events)
    const root = room.rootOf(states[0]!)
    assert.throws(() => resolve([root, room.arena.set(root, 0, 999)], room), /999 is not in the auth DAG/)
  })
})

describe('what is not loaded', () => {
  test('is asked for, until the resolution is the one with everything loaded', () => {
    for (let seed = 0; seed < 200; seed++) {
      const { rules, events, states } = randomRoom(seed)
      const room = new ResolvableRoom(rules, events)
      const roots = states.map((state) => room.rootOf(state))
      const loaded = new Set<number>()
      const cold = {
        arena: room.arena,
        dag: room.dag,
        rules,
        event: (nid: number) => (loaded.has(nid) ? room.event(nid) : undefined),
        slotOf: (type: string, key: string) => room.slotOf(type, key),
      }
      let resolution = resolve(roots, cold)
      for (let rounds = 0; 'missing' in resolution; rounds++) {
        assert.ok(rounds < 5 && resolution.missing.length > 0)
        for (const nid of resolution.missing) {
          assert.ok(!loaded.has(nid))
          loaded.add(nid)
        }
        resolution = resolve(roots, cold)
      }
      assert.deepEqual(resolution, resolve(roots, room))
    }
  })
})

describe('a resolution that follows another', () => {
  test('comes to what resolving anew comes to, event by event', () => {
    let followed = 0
    for (let seed = 0; seed < 200; seed++) {
      const { rules, events, states } = randomRoom(seed, { eventsMax: 60 })
      const dice = new Dice(seed)
      const room = new ResolvableRoom(rules, events.slice(0, events.length >> 1))
      const known = new Set(events.slice(0, events.length >> 1).map(({ eventId }) => eventId))
      const roots = states.map((state) => room.rootOf(new Map([...state].filter(([, id]) => known.has(id)))))
      const memory = new ResolutionMemory()
      for (const event of events.slice(events.length >> 1)) {
        room.add(event)
        const { last } = memory
        const fork = dice.below(roots.length)
        roots[fork] = room.arena.set(roots[fork]!, room.slotOf(event.type, event.stateKey!)!, room.nidOf(event.eventId))
        assert.deepEqual(resolve(roots, room, memory), resolve(roots, room), `seed ${seed}, room version ${rules.id}`)
        if (last && memory.last !== last && memory.last?.reads === last.reads) followed++
      }
    }
    assert.ok(followed > 200, `only ${followed}`)
  })
})

/** A room with forks that have not been merged yet. */
const merged = () => {
  const { rules, events, states } = randomRoom(3)
  const room = new ResolvableRoom(rules, events)
  return { room, events, roots: states.map((state) => room.rootOf(state)), memory: new ResolutionMemory() }
}
/** The room without its events: whoever resolves in it fails. */
const unusable = (room: ResolvableRoom) => ({
  arena: room.arena,
  dag: room.dag,
  rules: room.rules,
  event: () => assert.fail('nothing is resolved again'),
  slotOf: () => assert.fail('nothing is resolved again'),
})

describe('the memory of resolutions', () => {
  test('answers for the same states in any order, also after they were retired', () => {
    const { room, roots, memory } = merged()
    const first = resolve(roots, room, memory)
    assert.ok('root' in first)
    assert.deepEqual(resolve(roots.toReversed(), unusable(room), memory), first)
    room.arena.retire()
    const root = room.arena.current(first.root)
    assert.deepEqual(resolve(roots, unusable(room), memory), { root })
  })

  test('resolves again when the result is no longer in the arena', () => {
    const { room, roots, memory } = merged()
    const first = resolve(roots, room, memory)
    assert.ok('root' in first)
    const hash = room.arena.hash(first.root)
    room.arena.retire()
    const again = resolve(roots, room, memory)
    assert.ok('root' in again)
    assert.equal(room.arena.hash(again.root), hash)
  })

  test('does not answer from before a cited event arrived', () => {
    const { room, events, roots, memory } = merged()
    const last = events.at(-1)!
    room.add({ ...last, eventId: '$citing', authEvents: ['$late'] })
    resolve(roots, room, memory)
    room.add({ ...last, eventId: '$late', authEvents: [] })
    assert.throws(() => resolve(roots, unusable(room), memory), /nothing is resolved again/)
  })

  test('is bounded', () => {
    const { room, roots, memory } = merged()
    const [first = 0, second = 0] = roots
    resolve([first, second], room, memory)
    for (let i = 0; i < resolutionsRememberedMax; i++)
      memory.set(room, [first, room.arena.set(first, 1000 + i, 1)], first)
    assert.throws(() => resolve([first, second], unusable(room), memory), /nothing is resolved again/)
  })
})
