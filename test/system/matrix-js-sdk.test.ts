// The real client: two people talk, one redacts, a third is invited, rejects, is banned and tries to join.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, describe, test } from 'node:test'
import {
  ClientEvent,
  createClient,
  EventType,
  MsgType,
  Preset,
  RelationType,
  RoomEvent,
  SyncState,
  type MatrixClient,
  type Room,
} from 'matrix-js-sdk'
import { TestServer } from './testing/server.ts'
import { quiet } from './testing/quiet-logger.ts'

const messages = 100

// Each sync of the client leaves a timer of 110 seconds behind that nothing stops: timers must not keep the process.
const startTimer = globalThis.setTimeout
globalThis.setTimeout = ((...parameters: Parameters<typeof startTimer>) =>
  startTimer(...parameters).unref()) as typeof setTimeout

/** Registers, starts to sync, and resolves when the first sync is there. */
async function person(baseUrl: string, username: string): Promise<MatrixClient> {
  const { access_token, user_id, device_id } = await createClient({ baseUrl, logger: quiet }).registerRequest({
    username,
    password: `${username} password`,
    auth: { type: 'm.login.dummy' },
  })
  const client = createClient({
    baseUrl,
    logger: quiet,
    accessToken: access_token!,
    userId: user_id,
    deviceId: device_id!,
  })
  await client.startClient({ initialSyncLimit: 200 })
  await until(client, ClientEvent.Sync, (state) => state === SyncState.Prepared || state === SyncState.Syncing)
  return client
}

type Emitter = Parameters<typeof once>[0]

/** Resolves when `holds` does: asked at once and after every event of that name. */
async function until(emitter: MatrixClient, event: string, holds: (...parameters: never[]) => boolean): Promise<void> {
  for (let parameters: unknown[] = []; !holds(...(parameters as never[]));)
    parameters = await once(emitter as unknown as Emitter, event, { signal: AbortSignal.timeout(60_000) })
}

const roomOf = (client: MatrixClient, roomId: string): Room => {
  const room = client.getRoom(roomId)
  assert.ok(room, `${client.getUserId()} knows ${roomId}`)
  return room
}
const texts = (client: MatrixClient, roomId: string) =>
  (client.getRoom(roomId)?.getLiveTimeline().getEvents() ?? []).flatMap((event) =>
    event.getType() === 'm.room.message'
      ? [event.isRedacted() ? '(redacted)' : String(event.getContent()['body'])]
      : [],
  )

describe('matrix-js-sdk', () => {
  let server: TestServer
  let alice: MatrixClient
  let bob: MatrixClient
  let carol: MatrixClient
  let roomId: string

  before(async () => {
    server = await TestServer.start()
    ;[alice, bob, carol] = await Promise.all([
      person(server.baseUrl, 'alice'),
      person(server.baseUrl, 'bob'),
      person(server.baseUrl, 'carol'),
    ])
  })
  after(async () => {
    for (const client of [alice, bob, carol]) client?.stopClient()
    await server[Symbol.asyncDispose]()
  })

  test('one makes a public room with an alias, the other joins by the alias', async () => {
    ;({ room_id: roomId } = await alice.createRoom({
      preset: Preset.PublicChat,
      room_alias_name: 'garden',
      name: 'Garden',
    }))
    await bob.joinRoom('#garden:hs1')
    await until(bob, ClientEvent.Room, () => bob.getRoom(roomId) !== null)
    await until(bob, ClientEvent.Sync, () => bob.getRoom(roomId)?.name === 'Garden')
    await until(alice, ClientEvent.Sync, () => alice.getRoom(roomId)?.getJoinedMemberCount() === 2)
  })

  test('they exchange 100 messages and a reaction; both see the same timeline', async () => {
    for (let n = 0; n < messages; n++) {
      const [speaker, listener] = n % 2 === 0 ? [alice, bob] : [bob, alice]
      await speaker.sendTextMessage(roomId, `message ${n}`)
      // The client shows what one sends before what has not arrived yet: an answer comes after what it answers.
      await until(listener, ClientEvent.Sync, () => texts(listener, roomId).length === n + 1)
    }
    const expected = Array.from({ length: messages }, (_, n) => `message ${n}`)
    await until(bob, ClientEvent.Sync, () => texts(bob, roomId).length === messages)
    assert.deepEqual(texts(alice, roomId), expected)
    assert.deepEqual(texts(bob, roomId), expected)
    const target = roomOf(alice, roomId)
      .getLiveTimeline()
      .getEvents()
      .find((event) => event.getContent()['body'] === 'message 98')
    await bob.sendEvent(roomId, EventType.Reaction, {
      'm.relates_to': { rel_type: RelationType.Annotation, event_id: target!.getId()!, key: '👍' },
    })
    await until(alice, ClientEvent.Sync, () =>
      roomOf(alice, roomId)
        .getLiveTimeline()
        .getEvents()
        .some((event) => event.getType() === 'm.reaction'),
    )
  })

  test('unread counts follow messages and receipts', async () => {
    assert.equal(roomOf(bob, roomId).getUnreadNotificationCount(), 0, 'what one writes oneself is read')
    for (const body of ['one', 'two', 'three']) await alice.sendTextMessage(roomId, body)
    await until(bob, ClientEvent.Sync, () => roomOf(bob, roomId).getUnreadNotificationCount() === 3)
    const last = roomOf(bob, roomId).getLiveTimeline().getEvents().at(-1)!
    await bob.sendReadReceipt(last)
    await until(bob, ClientEvent.Sync, () => roomOf(bob, roomId).getUnreadNotificationCount() === 0)
    await alice.sendMessage(roomId, {
      msgtype: MsgType.Text,
      body: 'bob!',
      'm.mentions': { user_ids: [bob.getUserId()!] },
    })
    await until(bob, ClientEvent.Sync, () => roomOf(bob, roomId).getUnreadNotificationCount('highlight' as never) === 1)
  })

  test('one redacts a message and both see it gone', async () => {
    const target = roomOf(alice, roomId)
      .getLiveTimeline()
      .getEvents()
      .find((event) => event.getContent()['body'] === 'message 2')!
    const gone = (client: MatrixClient) => !texts(client, roomId).includes('message 2')
    await alice.redactEvent(roomId, target.getId()!, undefined, { reason: 'a slip' })
    for (const client of [alice, bob]) await until(client, RoomEvent.Redaction, () => gone(client))
    assert.deepEqual(texts(alice, roomId), texts(bob, roomId))
  })

  test('a third is invited, rejects, is banned, and cannot join', async () => {
    await alice.invite(roomId, carol.getUserId()!)
    await until(carol, ClientEvent.Sync, () => carol.getRoom(roomId)?.getMyMembership() === 'invite')
    await carol.leave(roomId)
    await until(
      alice,
      ClientEvent.Sync,
      () => roomOf(alice, roomId).getMember(carol.getUserId()!)?.membership === 'leave',
    )
    await alice.ban(roomId, carol.getUserId()!, 'no')
    await assert.rejects(carol.joinRoom('#garden:hs1'), { httpStatus: 403, errcode: 'M_FORBIDDEN' })
    await until(
      alice,
      ClientEvent.Sync,
      () => roomOf(alice, roomId).getMember(carol.getUserId()!)?.membership === 'ban',
    )
  })
})
