// What servers tell each other beside events: whole servers over TLS, and a server that says what it may not.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sendTransaction } from '@myelin/protocol/server-server/transactions'
import type { User } from './testing/api.ts'
import { eventually, Network } from './testing/network.ts'

let net: Network
let alice: User
let bob: User
let roomId: string
before(async () => {
  net = await Network.create(2)
  alice = await net.server(0).user('alice')
  bob = await net.server(1).user('bob')
  roomId = await sharedRoom()
})
after(() => net[Symbol.asyncDispose]())

async function sharedRoom(): Promise<string> {
  const shared = await alice.createRoom({ preset: 'public_chat' })
  await bob.post(`/join/${encodeURIComponent(shared)}?via=hs1.test`)
  await eventually(async () => {
    const { joined } = await alice.get(`/rooms/${encodeURIComponent(shared)}/joined_members`)
    return bob.userId in joined ? true : undefined
  })
  return shared
}

/** The content of the newest ephemeral event of a type, as a user sees it in a whole sync. */
async function shown(user: User, type: string, inRoom = roomId) {
  const events = (await user.sync()).rooms?.join?.[inRoom]?.ephemeral.events ?? []
  return events.find((event: { type: string }) => event.type === type)?.content
}

/** Sends EDUs as hs2.test, whatever they are; the transaction is taken. */
async function fromHs2(...edus: unknown[]): Promise<void> {
  const body = { origin: 'hs2.test', origin_server_ts: Date.now(), pdus: [], edus }
  const path = { txnId: crypto.randomUUID() }
  assert.deepEqual(await net.server(1).services.federation.peers.call('hs1.test', sendTransaction, { path, body }), {
    pdus: {},
  })
}

const typing = (user: User, isTyping: boolean) =>
  user.put(`/rooms/${encodeURIComponent(roomId)}/typing/${encodeURIComponent(user.userId)}`, {
    typing: isTyping,
    timeout: 60_000,
  })

const typists = (user: User, wanted: readonly string[]) =>
  eventually(async () => {
    const content = await shown(user, 'm.typing')
    return JSON.stringify(content?.user_ids ?? []) === JSON.stringify(wanted) ? true : undefined
  })

test('who types is seen on the other server, until the end', async () => {
  await typing(bob, true)
  await typists(alice, [bob.userId])
  await typing(bob, false)
  await typists(alice, [])
})

test('typing is believed of a server’s own users in rooms they are in, and of no others', async () => {
  const elsewhere = await alice.createRoom({ preset: 'public_chat' })
  const typingEdu = (content: object) => ({ edu_type: 'm.typing', content })
  const said = { room_id: roomId, user_id: bob.userId, typing: true }
  await fromHs2(
    typingEdu({ ...said, user_id: alice.userId }),
    typingEdu({ ...said, user_id: '@stranger:hs2.test' }),
    typingEdu({ ...said, room_id: elsewhere }),
    typingEdu({ ...said, room_id: '!nowhere:hs1.test' }),
    typingEdu({ ...said, typing: 'yes' }),
    typingEdu({}),
    { edu_type: 'm.typing', content: 7 },
    { edu_type: 'org.example.unknown', content: {} },
    ...[null, 'm.typing', [], { content: {} }, { edu_type: 3, content: {} }],
  )
  assert.equal(await shown(alice, 'm.typing'), undefined)
  assert.equal(await shown(alice, 'm.typing', elsewhere), undefined)
  await fromHs2({ edu_type: 'm.typing' }, typingEdu(said))
  await typists(alice, [bob.userId])
  await fromHs2(typingEdu({ ...said, typing: false }))
})

test('a server that a room bars does not type in it', async () => {
  const barred = await sharedRoom()
  await alice.put(`/rooms/${encodeURIComponent(barred)}/state/m.room.server_acl/`, { allow: ['*'], deny: ['hs2.test'] })
  const content = { room_id: barred, user_id: bob.userId, typing: true }
  await fromHs2({ edu_type: 'm.typing', content })
  assert.equal(await shown(alice, 'm.typing', barred), undefined)
})

test('a transaction of more than 100 EDUs is refused', async () => {
  const many = Array.from({ length: 101 }, () => ({ edu_type: 'm.typing', content: {} }))
  await assert.rejects(fromHs2(...many), /100 EDUs/)
})
