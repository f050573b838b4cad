// A server whose keys cannot be had for a while: what it signed is not left out of a state for good.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually, Network } from './testing/network.ts'
import { type RemoteRoom, RemoteServer } from './testing/remote-server.ts'

/** Somebody of another server is in the room. */
function addMember(room: RemoteRoom, home: RemoteServer, away: RemoteServer): string {
  const userId = `@visitor:${away.serverName}`
  const draft = room.event({
    type: 'm.room.member',
    sender: userId,
    state_key: userId,
    content: { membership: 'join' },
  })
  const { hashes: _, signatures: __, ...unsigned } = draft.pdu
  const signed = away.sign(room.rules, unsigned)
  home.events.set(signed.eventId, signed)
  room.state.set(`m.room.member ${userId}`, signed.eventId)
  return userId
}

test('a member whose server gives its key late is in the room once it does', async () => {
  await using net = await Network.create(1, ['home.test', 'away.test'])
  await using home = await RemoteServer.start(net, 'home.test')
  await using away = await RemoteServer.start(net, 'away.test')
  away.answers.set('server', () => ({ status: 503, body: {} }))
  const alice = await net.server(0).user('alice')
  const room = home.createRoom(net.server(0), '11')
  const visitor = addMember(room, home, away)
  const stateIds = [...room.state.values()]
  room.admits()
  home.answers.set('state/', () => ({
    raw: `{"auth_chain":[],"pdus":[${stateIds.map((eventId) => home.events.get(eventId)?.json).join(',')}]}`,
  }))
  await alice.post(`/join/${encodeURIComponent(room.roomId)}?via=home.test`)
  const isThere = async () => {
    const path = `/rooms/${encodeURIComponent(room.roomId)}/state/m.room.member/${encodeURIComponent(visitor)}`
    return (await alice.call(path)).status === 200 ? true : undefined
  }
  assert.equal(await isThere(), undefined)
  away.answers.delete('server')
  assert.ok(await eventually(isThere, 30_000))
})
