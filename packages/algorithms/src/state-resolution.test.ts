// The fast resolution against the plain one on rooms made up by dice, and the properties any resolution has.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { JsonObject } from './json.ts'
import { type RoomVersionRules, roomVersion } from './room-version.ts'
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

/** The room as far as these events of it are loaded. */
const loading = (room: ResolvableRoom, loaded: ReadonlySet<number>) => ({
  arena: room.arena,
  dag: room.dag,
  rules: room.rules,
  event: (nid: number) => (loaded.has(nid) ? room.event(nid) : undefined),
  slotOf: (type: string, key: string) => room.slotOf(type, key),
})

describe('what is not loaded', () => {
  test('is asked for, until the resolution is the one with everything loaded', () => {
    for (let seed = 0; seed < 200; seed++) {
      const { rules, events, states } = randomRoom(seed)
      const room = new ResolvableRoom(rules, events)
      const roots = states.map((state) => room.rootOf(state))
      const loaded = new Set<number>()
      const cold = loading(room, loaded)
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

/** Three forks of a public room that disagree about so many members; `add` lets another member change on one of them. */
function forkedMembers(rules: RoomVersionRules, members: number) {
  const room = new ResolvableRoom(rules)
  let count = 0
  const event = (type: string, sender: string, content: JsonObject, authEvents: readonly string[]) => {
    const stateKey = type === 'm.room.member' ? sender : ''
    const eventId = `$${count++}`
    const prevEvents = count === 1 ? [] : ['$0']
    const numbers = { originServerTs: count, depth: count, rejected: false }
    room.add({ type, sender, stateKey, content, eventId, authEvents, prevEvents, roomId: '!r:a', ...numbers })
    return [room.slotOf(type, stateKey)!, room.nidOf(eventId)] as const
  }
  const join = { membership: 'join' }
  const founding = [
    event('m.room.create', '@a:a', {}, []),
    event('m.room.member', '@a:a', join, ['$0']),
    event('m.room.power_levels', '@a:a', { users: { '@a:a': 100 } }, ['$0', '$1']),
    event('m.room.join_rules', '@a:a', { join_rule: 'public' }, ['$0', '$1', '$2']),
  ]
  const cited = ['$0', '$2', '$3']
  const joins = Array.from({ length: members * 2 }, (_, each) => event('m.room.member', `@${each}:a`, join, cited))
  const base = room.arena.setAll(room.arena.empty, [...founding, ...joins])
  const roots = [base, base, base]
  const add = (fork: number, member: number): void => {
    const content = { ...join, displayname: `${count}` }
    const [slot, nid] = event('m.room.member', `@${member}:a`, content, [...cited, `$${founding.length + member}`])
    roots[fork] = room.arena.set(roots[fork]!, slot, nid)
  }
  for (let each = 0; each < members; each++) for (const fork of roots.keys()) add(fork, each)
  return { room, roots, add }
}

/** Forks that grow event by event, come and go, in a room whose events are taken in as they come. */
function* growing(seed: number): Generator<{ readonly room: ResolvableRoom; readonly roots: readonly number[] }, void> {
  const { rules, events, states } = randomRoom(seed, { eventsMax: 60 })
  const dice = new Dice(seed)
  const half = events.length >> 1
  const room = new ResolvableRoom(rules, events.slice(0, half))
  const known = new Set(events.slice(0, half).map(({ eventId }) => eventId))
  const roots = states.map((state) => room.rootOf(new Map([...state].filter(([, id]) => known.has(id)))))
  const past = [...roots]
  for (const event of events.slice(half)) {
    room.add(event)
    const fork = dice.below(roots.length)
    const slot = room.slotOf(event.type, event.stateKey!)!
    const nid = dice.once(20) ? 0 : room.nidOf(event.eventId)
    past.push((roots[fork] = room.arena.set(roots[fork]!, slot, nid)))
    yield { room, roots }
    if (dice.once(8)) roots.push(dice.pick(past))
    if (dice.once(8) && roots.length > 2) roots.splice(dice.below(roots.length), 1 + dice.below(2))
    if (dice.once(10)) roots.splice(0, roots.length, dice.pick(past), dice.pick(past))
  }
}

describe('a resolution that follows another', () => {
  test('comes to what resolving anew comes to, event by event', () => {
    for (let seed = 0; seed < 400; seed++) {
      const memory = new ResolutionMemory()
      for (const { room, roots } of growing(seed))
        assert.deepEqual(resolve(roots, room, memory), resolve(roots, room), `seed ${seed}, room ${room.rules.id}`)
    }
  })

  test('does so where events have to be loaded first', () => {
    for (let seed = 0; seed < 200; seed++) {
      const memory = new ResolutionMemory()
      const loaded = new Set<number>()
      for (const { room, roots } of growing(seed)) {
        const cold = loading(room, loaded)
        let resolution = resolve(roots, cold, memory)
        while ('missing' in resolution) {
          for (const nid of resolution.missing) loaded.add(nid)
          resolution = resolve(roots, cold, memory)
        }
        assert.deepEqual(resolution, resolve(roots, room), `seed ${seed}, room ${room.rules.id}`)
      }
    }
  })

  test('does so over states that are retired', () => {
    for (let seed = 0; seed < 200; seed++) {
      const memory = new ResolutionMemory()
      const dice = new Dice(seed)
      const { rules, events, states } = randomRoom(seed, { eventsMax: 60 })
      const room = new ResolvableRoom(rules, events)
      for (let turn = 0; turn < 20; turn++) {
        const roots = states.map((state) => room.rootOf(dice.once(3) ? dice.pick(states) : state))
        if (dice.once(3)) {
          room.arena.retire()
          if (dice.once(2)) memory.carry(room)
        }
        const [one, other] = [resolve(roots, room, memory), resolve(roots, room)]
        assert.ok('root' in one && 'root' in other)
        assert.equal(room.arena.current(one.root), room.arena.current(other.root), `seed ${seed}, room ${rules.id}`)
      }
    }
  })

  test('looks at what is new, not at all that is in conflict', () => {
    const rules = roomVersion('11')!
    const { room, roots, add } = forkedMembers(rules, 200)
    const memory = new ResolutionMemory()
    resolve(roots, room, memory)
    for (let turn = 0; turn < 20; turn++) {
      add(turn % 3, turn)
      let lookedAt = 0
      const event = (nid: number) => {
        lookedAt++
        return room.event(nid)
      }
      const { arena, dag } = room
      const counting = { arena, dag, rules, event, slotOf: room.slotOf.bind(room) }
      assert.deepEqual(resolve(roots, counting, memory), resolve(roots, room))
      assert.ok(lookedAt < 60, `${lookedAt} at ${turn}`)
    }
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
    memory.forks = undefined
    for (let i = 0; i < resolutionsRememberedMax; i++) memory.set(room, `${i}`, first)
    assert.throws(() => resolve([first, second], unusable(room), memory), /nothing is resolved again/)
  })
})
