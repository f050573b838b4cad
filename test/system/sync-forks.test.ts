// What syncs say where a room's state moves without a state event in the timeline: an event of a fork brings it along.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Reply, User } from './testing/api.ts'
import { beside } from './testing/beside.ts'
import { eventually, type Network } from './testing/network.ts'
import { type RemoteRoom, type RemoteServer } from './testing/remote-server.ts'

let net: Network
let alice: User
let remote: RemoteServer
beside(['far.test'], (opened) => ({ net, alice, remote } = opened))

const lazy = JSON.stringify({ room: { state: { lazy_load_members: true } } })

async function joinedRoom(): Promise<RemoteRoom> {
  const room = remote.createRoom(net.server(0), '11')
  await alice.post(`/join/${encodeURIComponent(room.roomId)}?via=far.test`)
  return room
}

/** Moves the state with a message that follows what was made last, which nobody gives. */
async function move(room: RemoteRoom): Promise<void> {
  const message = room.next()
  const pduIds = [...room.state.values()]
  remote.answers.set('state_ids', () => ({ body: { pdu_ids: pduIds, auth_chain_ids: [] } }))
  assert.deepEqual(await room.send(message), { [message.eventId]: {} })
}

/** A room in which alice is, whose state a message moves that follows events nobody gives. */
async function moved(): Promise<{ room: RemoteRoom; since: string; name: string; member: string }> {
  const room = await joinedRoom()
  const { next_batch: since } = await alice.sync()
  const name = room.next({ type: 'm.room.name', state_key: '', content: { name: 'Moved' } })
  const sender = '@late:far.test'
  const member = room.next({ type: 'm.room.member', sender, state_key: sender, content: { membership: 'join' } })
  await move(room)
  await eventually(async () => (await alice.sync({ since })).rooms)
  return { room, since, name: name.eventId, member: member.eventId }
}

const ids = (section: Reply['body']): string[] =>
  section.events.map((event: { event_id: string }) => event.event_id).toSorted()

test('what a message of a fork brings along is told with it, however the state is asked for', async () => {
  const { room, since, name, member } = await moved()
  for (const filter of [{}, { filter: lazy }]) {
    const plain = (await alice.sync({ since, ...filter })).rooms.join[room.roomId]
    assert.equal(plain.timeline.events.length, 1)
    for (const eventId of [name, member]) assert.ok(ids(plain.state).includes(eventId))
    assert.equal(plain.summary['m.joined_member_count'], 3)
    const after = (await alice.sync({ since, use_state_after: 'true', ...filter })).rooms.join[room.roomId]
    for (const eventId of [name, member]) assert.ok(ids(after.state_after).includes(eventId))
    assert.equal(after.summary['m.joined_member_count'], 3)
  }
})

test('a first sync whose timeline begins before such a message shows the state after it', async () => {
  const { room, name, member } = await moved()
  const { state, timeline } = (await alice.sync()).rooms.join[room.roomId]
  const shown = new Set([...ids(state), ...ids(timeline)])
  assert.ok(shown.has(name) && shown.has(member))
})

test('whose invite such a message takes back or gives hears of it', async () => {
  const bob = await net.server(0).user('bob')
  const room = await joinedRoom()
  const member = (membership: string) =>
    room.next({ type: 'm.room.member', state_key: bob.userId, content: { membership } })
  const invite = member('invite')
  assert.deepEqual(await room.send(invite), { [invite.eventId]: {} })
  const invited = await eventually(async () => {
    const answer = await bob.sync()
    return answer.rooms?.invite?.[room.roomId] && answer
  })
  await bob.sync({ since: invited.next_batch })
  const kick = member('leave')
  await move(room)
  const gone = await eventually(async () => {
    const answer = await bob.sync({ since: invited.next_batch })
    return answer.rooms?.leave?.[room.roomId] && answer
  })
  assert.deepEqual(ids(gone.rooms.leave[room.roomId].timeline), [kick.eventId])
  member('invite')
  await move(room)
  await eventually(async () => (await bob.sync({ since: gone.next_batch })).rooms?.invite?.[room.roomId])
})

test('an event that came with a state is shown once when it comes by itself, however often, as redacted as it is', async () => {
  const room = await joinedRoom()
  const { next_batch: since } = await alice.sync()
  const sender = '@twice:far.test'
  const content = { membership: 'join', displayname: 'Twice' }
  const member = room.next({ type: 'm.room.member', sender, state_key: sender, content })
  await move(room)
  await eventually(async () => (await alice.sync({ since })).rooms)
  const redaction = room.next({ type: 'm.room.redaction', content: { redacts: member.eventId } })
  assert.deepEqual(await room.send(redaction), { [redaction.eventId]: {} })
  for (let time = 0; time < 3; time++) assert.deepEqual(await room.send(member), { [member.eventId]: {} })
  const { timeline } = (await alice.sync({ since })).rooms.join[room.roomId]
  const shown = timeline.events.filter((event: Reply['body']) => event.event_id === member.eventId)
  assert.deepEqual(
    shown.map((event: Reply['body']) => event.content),
    [{ membership: 'join' }],
  )
})
