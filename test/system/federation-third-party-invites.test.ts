// Invites by e-mail address that somebody turns out to own: an identity server (its key, here) vouches for the owner.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { encodeBase64 } from '@myelin/algorithms/base64'
import { signingKeyFromSeed, signJson } from '@myelin/algorithms/signatures'
import type { RoomId, UserId } from '@myelin/protocol/identifiers'
import { exchangeThirdPartyInvite } from '@myelin/protocol/server-server/third_party_invite'
import { call, type User } from './testing/api.ts'
import { eventually, Network, type NetworkServer } from './testing/network.ts'

let net: Network
let alice: User
let bob: User
before(async () => {
  net = await Network.create(2)
  alice = await net.server(0).user('alice')
  bob = await net.server(1).user('bob')
})
after(() => net[Symbol.asyncDispose]())

const identityKey = signingKeyFromSeed('ed25519:0', new Uint8Array(32).fill(9))
const otherKey = signingKeyFromSeed('ed25519:0', new Uint8Array(32).fill(8))

/** A room in which an address is invited under a token. */
async function invitedAddress(token: string): Promise<string> {
  const roomId = await alice.createRoom({ name: 'By mail' })
  await alice.put(`/rooms/${encodeURIComponent(roomId)}/state/m.room.third_party_invite/${token}`, {
    display_name: 'b...@example.org',
    key_validity_url: 'https://identity.test/_matrix/identity/v2/pubkey/isvalid',
    public_key: encodeBase64(identityKey.publicKey),
  })
  return roomId
}

interface Bound {
  readonly roomId: string
  readonly token: string
  readonly mxid: string
  readonly key?: typeof identityKey
}

const signedFor = ({ token, mxid, key = identityKey }: Bound) => signJson({ mxid, token }, 'identity.test', key)

/** What an identity server tells the server of an address's owner. */
const bind = (server: NetworkServer, bound: Bound, method = 'PUT') => {
  const address = { medium: 'email', address: 'bob@example.org', mxid: bound.mxid }
  const invite = { ...address, room_id: bound.roomId, sender: alice.userId, signed: signedFor(bound) }
  const body = { ...address, invites: [invite] }
  return call(server.baseUrl, '/_matrix/federation/v1/3pid/onbind', { method, body })
}

const inviteOf = async (user: User, roomId: string) => (await user.sync()).rooms?.invite?.[roomId]

test('the owner of the address is invited, on another server and on the same', async () => {
  const carol = await net.server(0).user('carol')
  for (const [owner, server] of [
    [bob, net.server(1)],
    [carol, net.server(0)],
  ] as const) {
    const roomId = await invitedAddress('secret')
    // Identity servers say it with POST, whatever the specification says.
    const method = owner === bob ? 'PUT' : 'POST'
    assert.equal((await bind(server, { roomId, token: 'secret', mxid: owner.userId }, method)).status, 200)
    await eventually(() => inviteOf(owner, roomId))
    await owner.join(roomId)
    const member = `/rooms/${encodeURIComponent(roomId)}/state/m.room.member/${encodeURIComponent(owner.userId)}`
    await eventually(async () => ((await alice.get(member)).membership === 'join' ? true : undefined))
  }
})

test('nobody is invited by what another key signed, for another token, or for users of other servers', async () => {
  const roomId = await invitedAddress('secret')
  const mxid = bob.userId
  await bind(net.server(1), { roomId, token: 'secret', mxid, key: otherKey })
  await bind(net.server(1), { roomId, token: 'guessed', mxid })
  await bind(net.server(0), { roomId, token: 'secret', mxid })
  assert.equal(await inviteOf(bob, roomId), undefined)
  const member = `/rooms/${encodeURIComponent(roomId)}/state/m.room.member/${encodeURIComponent(mxid)}`
  assert.equal((await alice.call(member)).status, 404)
})

test('who joins with what the identity server signed is let in by it, or not at all', async () => {
  const carol = await net.server(0).user('caroline')
  const join = (user: User, roomId: string, by: { token?: string; key?: typeof identityKey } = {}) => {
    const signed = signedFor({ roomId, token: 'secret', mxid: user.userId, ...by })
    const body = { third_party_signed: { ...signed, sender: alice.userId } }
    return user.call(`/join/${encodeURIComponent(roomId)}?via=hs1.test`, { body })
  }
  for (const user of [bob, carol]) {
    const roomId = await invitedAddress('secret')
    assert.equal((await join(user, roomId, { key: otherKey })).status, 403)
    assert.equal((await join(user, roomId, { token: 'guessed' })).status, 403)
    for (const time of ['at first', 'again']) assert.equal((await join(user, roomId)).status, 200, time)
  }
  const open = await alice.createRoom({ preset: 'public_chat' })
  assert.equal((await join(carol, open)).status, 403, 'there is no such invite')
})

test('a server makes good only the invites of its own users', async () => {
  const roomId = await invitedAddress('secret')
  const { peers } = net.server(1).services.federation
  const ids = { room_id: roomId as RoomId, sender: bob.userId as UserId, state_key: bob.userId as UserId }
  const { signatures } = signedFor({ roomId, token: 'secret', mxid: bob.userId })
  const proof = signatures as Record<string, Record<string, string>>
  const signed = { token: 'secret', mxid: bob.userId as UserId, signatures: proof }
  const content = { membership: 'invite', third_party_invite: { display_name: '', signed } }
  const body = { ...ids, type: 'm.room.member', content }
  await assert.rejects(
    peers.call('hs1.test', exchangeThirdPartyInvite, { path: { roomId }, body }),
    /not of this server/,
  )
})

test('inviting an address through this server is refused in clear words: it trusts no identity server', async () => {
  const roomId = await alice.createRoom()
  const body = { id_server: 'identity.test', id_access_token: 't', medium: 'email', address: 'x@example.org' }
  const refused = await alice.call(`/rooms/${encodeURIComponent(roomId)}/invite`, { method: 'POST', body })
  assert.deepEqual([refused.status, refused.body.errcode], [403, 'M_THREEPID_DENIED'])
})
