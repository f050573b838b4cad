// History visibility: every visibility with every membership, and the events that change them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type HistoryVisibility,
  type VisibilityQuestion,
  historyVisibilityOf,
  isVisibleToServer,
  visibilityTo,
  visibilityToServer,
} from './history-visibility.ts'

const question = (
  visibility: HistoryVisibility,
  membership: string,
  more: Partial<VisibilityQuestion> = {},
): VisibilityQuestion => ({
  userId: '@me:a',
  event: { type: 'm.room.message' },
  before: { visibility, membership },
  after: { visibility, membership },
  joinedSince: false,
  ...more,
})

// Which memberships see an event, without and with having joined since.
const table: readonly (readonly [HistoryVisibility, never: readonly string[], since: readonly string[]])[] = [
  ['world_readable', ['join', 'invite', 'knock', 'leave', 'ban'], ['join', 'invite', 'knock', 'leave', 'ban']],
  ['shared', ['join'], ['join', 'invite', 'knock', 'leave', 'ban']],
  ['invited', ['join', 'invite'], ['join', 'invite']],
  ['joined', ['join'], ['join']],
]
for (const [visibility, never, since] of table) {
  for (const membership of ['join', 'invite', 'knock', 'leave', 'ban']) {
    for (const joinedSince of [false, true]) {
      const sees = (joinedSince ? since : never).includes(membership)
      test(`${visibility}: ${membership}${joinedSince ? ', joined since' : ''} ${sees ? 'sees' : 'does not see'} it`, () => {
        assert.equal(visibilityTo(question(visibility, membership, { joinedSince })), sees ? 'whole' : 'hidden')
      })
    }
  }
}

test('a change of visibility is seen by whom either would show it', () => {
  const event = { type: 'm.room.history_visibility', stateKey: '' }
  const change = (from: HistoryVisibility, to: HistoryVisibility) =>
    visibilityTo({ ...question(from, 'leave', { event }), after: { visibility: to, membership: 'leave' } })
  assert.equal(change('world_readable', 'joined'), 'whole')
  assert.equal(change('joined', 'world_readable'), 'whole')
  assert.equal(change('joined', 'invited'), 'hidden')
})

const ownChange = (from: string, to: string, stateKey = '@me:a') => {
  const event = { type: 'm.room.member', stateKey }
  return visibilityTo({ ...question('joined', from, { event }), after: { visibility: 'joined', membership: to } })
}

test('a change of one’s own membership is seen by either', () => {
  assert.equal(ownChange('leave', 'join'), 'whole')
  assert.equal(ownChange('join', 'ban'), 'whole')
  assert.equal(ownChange('invite', 'leave'), 'hidden')
  assert.equal(ownChange('join', 'leave', '@you:a'), 'hidden')
})

test('other events are judged by the state they leave', () => {
  const event = { type: 'm.room.topic', stateKey: '' }
  assert.equal(
    visibilityTo({
      ...question('world_readable', 'leave', { event }),
      after: { visibility: 'joined', membership: 'leave' },
    }),
    'hidden',
  )
})

test('erased events are whole for those who were there and redacted for those who were not', () => {
  assert.equal(visibilityTo(question('shared', 'join', { senderErased: true })), 'whole')
  assert.equal(visibilityTo(question('shared', 'leave', { senderErased: true, joinedSince: true })), 'redacted')
  assert.equal(visibilityTo(question('world_readable', 'leave', { senderErased: true })), 'redacted')
  assert.equal(visibilityTo(question('joined', 'leave', { senderErased: true })), 'hidden')
})

test('a visibility not set or not understood is shared', () => {
  assert.equal(historyVisibilityOf(undefined), 'shared')
  assert.equal(historyVisibilityOf({}), 'shared')
  assert.equal(historyVisibilityOf({ history_visibility: 'secret' }), 'shared')
  assert.equal(historyVisibilityOf({ history_visibility: 'joined' }), 'joined')
  assert.equal(historyVisibilityOf({ history_visibility: 'world_readable' }), 'world_readable')
  assert.equal(historyVisibilityOf({ history_visibility: 'invited' }), 'invited')
})

const serverSees = (visibility: HistoryVisibility, hasJoined: boolean, hasInvited: boolean) =>
  isVisibleToServer({ visibility, hasJoined, hasInvited })

test('servers see what one of their users could see', () => {
  assert.ok(serverSees('world_readable', false, false) && serverSees('shared', false, false))
  assert.ok(
    serverSees('invited', false, true) && serverSees('invited', true, false) && !serverSees('invited', false, false),
  )
  assert.ok(serverSees('joined', true, false) && !serverSees('joined', false, true))
})

test('servers get erased events whole where one of their users was in the room, else redacted', () => {
  const erased = { visibility: 'shared', hasInvited: false, senderErased: true } as const
  assert.equal(visibilityToServer({ ...erased, hasJoined: true }), 'whole')
  assert.equal(visibilityToServer({ ...erased, hasJoined: false }), 'redacted')
  assert.equal(visibilityToServer({ ...erased, hasJoined: false, senderErased: false }), 'whole')
  assert.equal(visibilityToServer({ ...erased, hasJoined: false, visibility: 'joined' }), 'hidden')
})

test('who departed sees what happened until then, and their own leaving, and nothing after', () => {
  for (const visibility of ['shared', 'invited', 'joined'] as const) {
    const leaving = { type: 'm.room.member', stateKey: '@me:a' }
    const before = question(visibility, 'join', { joinedSince: false })
    const own = { ...question(visibility, 'join', { event: leaving }), after: { visibility, membership: 'leave' } }
    const banned = { ...own, after: { visibility, membership: 'ban' } }
    assert.deepEqual([before, own, banned].map(visibilityTo), ['whole', 'whole', 'whole'])
    assert.equal(visibilityTo(question(visibility, 'leave')), 'hidden')
    const since = visibilityTo(question(visibility, 'leave', { joinedSince: true }))
    assert.equal(since, visibility === 'shared' ? 'whole' : 'hidden', 'after coming back')
  }
  assert.equal(visibilityTo(question('world_readable', 'leave')), 'whole')
})

test('who departed sees erased events of their time whole', () => {
  assert.equal(visibilityTo(question('joined', 'join', { senderErased: true })), 'whole')
})
