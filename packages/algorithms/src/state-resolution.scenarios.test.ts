// Rooms as they went wrong in the field, and what each version of state resolution makes of them.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type RoomVersionRules, roomVersion } from './room-version.ts'
import { Scenario } from './testing/scenario.ts'

const version = (id: string): RoomVersionRules => {
  const rules = roomVersion(id)
  assert.ok(rules)
  return rules
}
const v1 = version('1')
const v2: RoomVersionRules = { ...version('11'), stateResolution: 'v2' }
const v2_1: RoomVersionRules = { ...version('11'), stateResolution: 'v2.1' }
const v12 = version('12')

/** A public room of alice, who has all power, and bob and carol, who have joined. */
const founded = (rules: RoomVersionRules): Scenario =>
  new Scenario(rules)
    .create('create', 'alice')
    .member('aliceJoins', 'alice', 'join', ['create'])
    .power('power', 'alice', { alice: 100 }, ['create', 'aliceJoins'])
    .joinRules('public', 'alice', 'public', ['create', 'aliceJoins', 'power'])
    .member('bobJoins', 'bob', 'join', ['create', 'power', 'public'])
    .member('carolJoins', 'carol', 'join', ['create', 'power', 'public'])

const everybody = ['create', 'aliceJoins', 'power', 'public', 'bobJoins', 'carolJoins']

/** Alice makes the room invite-only and leaves. One side is told of a state in which the old join rules still stand. */
const problemA = (rules: RoomVersionRules) =>
  founded(rules)
    .joinRules('inviteOnly', 'alice', 'invite', ['create', 'power', 'aliceJoins'])
    .member('aliceLeaves', 'alice', 'leave', ['create', 'power', 'aliceJoins'])
    .member('bobRenamed', 'bob', 'join', ['create', 'power', 'inviteOnly', 'bobJoins'], { displayname: 'Bob' })
    .member('carolRenamed', 'carol', 'join', ['create', 'power', 'inviteOnly', 'carolJoins'], {
      displayname: 'Carol',
    })

describe('MSC4297, problem A: what replaces an event is not allowed by the state all sides agree on', () => {
  const onBobsSide = ['create', 'power', 'inviteOnly', 'aliceLeaves', 'bobRenamed', 'carolJoins']
  const onCarolsSide = ['create', 'power', 'public', 'aliceLeaves', 'bobJoins', 'carolRenamed']

  test('v2 loses the join rules, for alice, who made them, has left', () => {
    const resolved = problemA(v2).resolve(onBobsSide, onCarolsSide)
    assert.ok(!resolved.includes('public') && !resolved.includes('inviteOnly'))
  })

  for (const rules of [v2_1, v12]) {
    test(`v2.1 keeps the last join rules (room version ${rules.id})`, () => {
      assert.deepEqual(
        problemA(rules).resolve(onBobsSide, onCarolsSide),
        ['create', 'power', 'inviteOnly', 'aliceLeaves', 'bobRenamed', 'carolRenamed'].toSorted(),
      )
    })
  }
})

/** Alice gives Bob power, Bob gives Carol power. One side is told of a state with the first power levels. */
const problemB = (rules: RoomVersionRules) =>
  founded(rules)
    .power('bobPromoted', 'alice', { alice: 100, bob: 50 }, ['create', 'aliceJoins', 'power'])
    .power('carolPromoted', 'bob', { alice: 100, bob: 50, carol: 50 }, ['create', 'bobJoins', 'bobPromoted'])
    .member('eveJoins', 'eve', 'join', ['create', 'public', 'carolPromoted'])
    .member('eveRenamed', 'eve', 'join', ['create', 'public', 'carolPromoted', 'eveJoins'], { displayname: 'Eve' })
    .member('zaraJoins', 'zara', 'join', ['create', 'public', 'carolPromoted'])

describe('MSC4297, problem B: what lies between an old and a new event is not replayed', () => {
  const members = ['create', 'aliceJoins', 'public', 'bobJoins', 'carolJoins']
  const outdated = [...members, 'power', 'eveRenamed']
  const right = [...members, 'carolPromoted', 'zaraJoins']

  for (const rules of [v1, v2]) {
    test(`${rules.stateResolution} resets the power levels, for under the first ones bob may not change them`, () => {
      const expected = [...members, 'power', 'eveRenamed', 'zaraJoins'].toSorted()
      assert.deepEqual(problemB(rules).resolve(outdated, right), expected)
    })
  }

  for (const rules of [v2_1, v12]) {
    test(`v2.1 replays bob's promotion, too, and keeps the last power levels (room version ${rules.id})`, () => {
      const expected = [...members, 'carolPromoted', 'eveRenamed', 'zaraJoins'].toSorted()
      assert.deepEqual(problemB(rules).resolve(outdated, right), expected)
    })
  }
})

/** Bob invites Dave, the room is closed, Dave joins. A topic that all states share cites the invite. */
const invited = (room: Scenario) =>
  room
    .member('daveInvited', 'bob', 'invite', ['create', 'power', 'public', 'bobJoins'], {}, 'dave')
    .topic('topic', 'alice', ['create', 'power', 'aliceJoins', 'daveInvited'])
    .joinRules('inviteOnly', 'alice', 'invite', ['create', 'aliceJoins', 'power'])
    .member('daveJoins', 'dave', 'join', ['create', 'power', 'inviteOnly', 'daveInvited'])

for (const rules of [v2, v2_1]) {
  describe(`forks under ${rules.stateResolution}`, () => {
    test('a ban undoes what the banned did meanwhile', () => {
      const room = founded(rules)
        .power('bobMayWrite', 'alice', { alice: 100, bob: 50 }, ['create', 'aliceJoins', 'power'])
        .ban('bobBanned', 'alice', 'bob', ['create', 'aliceJoins', 'bobMayWrite', 'bobJoins'])
        .topic('topic', 'bob', ['create', 'bobMayWrite', 'bobJoins'])
      const rest = ['create', 'aliceJoins', 'bobMayWrite', 'public', 'carolJoins']
      assert.deepEqual(
        room.resolve([...rest, 'bobBanned'], [...rest, 'bobJoins', 'topic']),
        [...rest, 'bobBanned'].toSorted(),
      )
    })

    test('a demotion undoes what the demoted did meanwhile, even if they did it earlier by the clock', () => {
      const room = founded(rules)
        .power('bobMayWrite', 'alice', { alice: 100, bob: 50 }, ['create', 'aliceJoins', 'power'])
        .topic('topic', 'bob', ['create', 'bobMayWrite', 'bobJoins'])
        .power('bobMayNot', 'alice', { alice: 100, bob: 0 }, ['create', 'aliceJoins', 'bobMayWrite'])
      const rest = ['create', 'aliceJoins', 'public', 'bobJoins', 'carolJoins']
      assert.deepEqual(
        room.resolve([...rest, 'bobMayNot'], [...rest, 'bobMayWrite', 'topic']),
        [...rest, 'bobMayNot'].toSorted(),
      )
    })

    test('of two who demote each other the more powerful wins', () => {
      const room = founded(rules)
        .power('both', 'alice', { alice: 100, bob: 90, carol: 80 }, ['create', 'aliceJoins', 'power'])
        .power('byCarol', 'carol', { alice: 100, bob: 90, carol: 0 }, ['create', 'carolJoins', 'both'])
        .power('byBob', 'bob', { alice: 100, bob: 90, carol: 5 }, ['create', 'bobJoins', 'both'])
      const rest = ['create', 'aliceJoins', 'public', 'bobJoins', 'carolJoins']
      assert.deepEqual(room.resolve([...rest, 'byCarol'], [...rest, 'byBob']), [...rest, 'byBob'].toSorted())
    })

    test('someone who joins while the room is closed stays outside', () => {
      const room = founded(rules)
        .member('daveJoins', 'dave', 'join', ['create', 'power', 'public'])
        .joinRules('inviteOnly', 'alice', 'invite', ['create', 'aliceJoins', 'power'])
      const rest = ['create', 'aliceJoins', 'power', 'bobJoins', 'carolJoins']
      assert.deepEqual(
        room.resolve([...rest, 'inviteOnly'], [...rest, 'public', 'daveJoins']),
        [...rest, 'inviteOnly'].toSorted(),
      )
    })

    test('who evades a ban by rejoining from before it stays banned', () => {
      const room = founded(rules)
        .ban('bobBanned', 'alice', 'bob', ['create', 'aliceJoins', 'power', 'bobJoins'])
        .member('bobAgain', 'bob', 'join', ['create', 'power', 'public', 'bobJoins'], { displayname: 'Bob' })
      const rest = ['create', 'aliceJoins', 'power', 'public', 'carolJoins']
      assert.deepEqual(room.resolve([...rest, 'bobBanned'], [...rest, 'bobAgain']), [...rest, 'bobBanned'].toSorted())
    })

    test('a state with members missing does not make them leave', () => {
      const room = founded(rules).topic('topic', 'alice', ['create', 'aliceJoins', 'power'])
      const incomplete = ['create', 'aliceJoins', 'power', 'public', 'topic']
      assert.deepEqual(room.resolve(everybody, incomplete), [...everybody, 'topic'].toSorted())
    })

    test('the later topic wins where nobody lost power', () => {
      const room = founded(rules)
        .topic('first', 'alice', ['create', 'aliceJoins', 'power'])
        .topic('second', 'alice', ['create', 'aliceJoins', 'power'])
      assert.deepEqual(
        room.resolve([...everybody, 'second'], [...everybody, 'first']),
        [...everybody, 'second'].toSorted(),
      )
    })

    test('the topic under newer power levels wins, whatever the clock says', () => {
      const room = founded(rules)
        .power('newer', 'alice', { alice: 100, bob: 50 }, ['create', 'aliceJoins', 'power'])
        .topic('underNewer', 'alice', ['create', 'aliceJoins', 'newer'])
        .topic('underOlder', 'alice', ['create', 'aliceJoins', 'power'])
      const rest = ['create', 'aliceJoins', 'public', 'bobJoins', 'carolJoins']
      assert.deepEqual(
        room.resolve([...rest, 'newer', 'underNewer'], [...rest, 'power', 'underOlder']),
        [...rest, 'newer', 'underNewer'].toSorted(),
      )
    })

    test('a rejected auth event vouches for nobody', () => {
      const rest = ['create', 'aliceJoins', 'power', 'inviteOnly', 'bobJoins', 'carolJoins', 'topic']
      const resolved = (room: Scenario) => invited(room).resolve(rest, [...rest, 'daveJoins'])
      assert.deepEqual(resolved(founded(rules)), [...rest, 'daveJoins'].toSorted())
      assert.deepEqual(resolved(founded(rules).rejected()), rest.toSorted())
    })
  })
}

describe('forks under v1', () => {
  test('the deepest allowed power levels win', () => {
    const room = founded(v1)
      .power('deeper', 'alice', { alice: 100, bob: 50 }, ['create', 'aliceJoins', 'power'])
      .power('deepest', 'carol', { alice: 100, carol: 100 }, ['create', 'carolJoins', 'power'])
    const rest = ['create', 'aliceJoins', 'public', 'bobJoins', 'carolJoins']
    const states = [
      [...rest, 'power'],
      [...rest, 'deeper'],
      [...rest, 'deepest'],
    ] as const
    assert.deepEqual(room.resolve(...states), [...rest, 'deeper'].toSorted())
  })

  test('power levels are resolved before the join rules they allow', () => {
    const room = founded(v1)
      .power('bobPromoted', 'alice', { alice: 100, bob: 50 }, ['create', 'aliceJoins', 'power'])
      .joinRules('byBob', 'bob', 'invite', ['create', 'bobJoins', 'bobPromoted'])
    const rest = ['create', 'aliceJoins', 'bobJoins', 'carolJoins']
    assert.deepEqual(
      room.resolve([...rest, 'power', 'public'], [...rest, 'bobPromoted', 'byBob']),
      [...rest, 'bobPromoted', 'byBob'].toSorted(),
    )
  })

  test('what only one state has is no conflict and is kept', () => {
    const room = founded(v1).topic('topic', 'carol', ['create', 'carolJoins', 'power'])
    assert.deepEqual(room.resolve(everybody, [...everybody, 'topic']), [...everybody, 'topic'].toSorted())
  })

  test('of other events the deepest that is allowed wins', () => {
    const room = founded(v1)
      .topic('first', 'alice', ['create', 'aliceJoins', 'power'])
      .topic('second', 'alice', ['create', 'aliceJoins', 'power'])
      .topic('forbidden', 'carol', ['create', 'carolJoins', 'power'])
    const states = ['first', 'forbidden', 'second'].map((topic) => everybody.concat(topic))
    assert.deepEqual(room.resolve(...states), [...everybody, 'second'].toSorted())
  })

  test('who evades a ban by rejoining stays banned', () => {
    const room = founded(v1)
      .ban('bobBanned', 'alice', 'bob', ['create', 'aliceJoins', 'power', 'bobJoins'])
      .member('bobAgain', 'bob', 'join', ['create', 'power', 'public', 'bobJoins'])
    const rest = ['create', 'aliceJoins', 'power', 'public', 'carolJoins']
    assert.deepEqual(room.resolve([...rest, 'bobBanned'], [...rest, 'bobAgain']), [...rest, 'bobBanned'].toSorted())
  })
})
