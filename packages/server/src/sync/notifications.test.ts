// The list of notifications: which events, in which order, page by page.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestServer, say, type Device, type TestServer } from './testing/open-sync.ts'

interface Page {
  readonly next_token?: string
  readonly notifications: readonly {
    readonly event: { readonly content: { readonly body: string } }
    readonly actions: readonly unknown[]
    readonly read: boolean
    readonly room_id: string
  }[]
}
const page = async (server: TestServer, by: Device, request: object = {}): Promise<Page> =>
  JSON.parse(await server.sync.notifications(by, request))
const bodiesOf = ({ notifications }: Page) => notifications.map(({ event }) => event.content.body)

test('notifications of all rooms come newest first, in pages that meet', async () => {
  await using server = await openTestServer()
  const [alice, bob] = [await server.device('alice'), await server.device('bob')]
  const rooms: string[] = []
  for (let i = 0; i < 3; i++) {
    const roomId = await server.rooms.create({ by: alice, request: { preset: 'public_chat' } })
    await server.rooms.join(roomId, { by: bob })
    rooms.push(roomId)
  }
  const sent: string[] = []
  for (let i = 0; i < 12; i++) {
    await say(server, rooms[(i * i) % 3] ?? '', alice, `${i}`)
    sent.unshift(`${i}`)
  }
  await say(server, rooms[0] ?? '', bob, 'own')
  const first = await page(server, bob, { limit: 5 })
  const second = await page(server, bob, { limit: 5, from: first.next_token })
  const third = await page(server, bob, { limit: 5, from: second.next_token })
  assert.deepEqual([...bodiesOf(first), ...bodiesOf(second), ...bodiesOf(third)], sent)
  assert.equal(third.next_token, undefined)
})

test('only highlights, on request; and what is read is marked', async () => {
  await using server = await openTestServer()
  const [alice, bob] = [await server.device('alice'), await server.device('bob')]
  const roomId = await server.rooms.create({ by: alice, request: { preset: 'public_chat' } })
  await server.rooms.join(roomId, { by: bob })
  const eventId = await say(server, roomId, alice, 'bob!', { 'm.mentions': { user_ids: [bob.userId] } })
  await say(server, roomId, alice, 'nothing special')
  await server.ephemeral.postReceipt(bob, { roomId, type: 'm.read', eventId })
  assert.deepEqual(bodiesOf(await page(server, bob, { only: 'highlight' })), ['bob!'])
  assert.deepEqual(
    (await page(server, bob)).notifications.map(({ read }) => read),
    [false, true],
  )
})
