// Unread counts: messages, mentions, threads, receipts, own rules; and equality with a naive count over random histories.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultPushRules, evaluate } from '@myelin/algorithms/push-rules'
import * as fc from 'fast-check'
import { openTestServer, say, temporaryFolder, type Device, type TestServer } from '../sync/testing/open-sync.ts'

const publicRoom = (server: TestServer, by: Device) => server.rooms.create({ by, request: { preset: 'public_chat' } })

async function roomOfTwo(server: TestServer) {
  const [alice, bob] = [await server.device('alice'), await server.device('bob')]
  const roomId = await publicRoom(server, alice)
  await server.rooms.join(roomId, { by: bob })
  return { alice, bob, roomId }
}

async function counts(server: TestServer, { userNid }: Device, roomId: string) {
  const room = await server.rooms.byId(roomId)
  assert.ok(room)
  return server.push.counts(userNid, room)
}
const pair = ({ notify, highlight }: { notify: number; highlight: number }) => [notify, highlight]
const mention = (...users: Device[]) => ({ 'm.mentions': { user_ids: users.map(({ userId }) => userId) } })
const inThread = (root: string) => ({ 'm.relates_to': { rel_type: 'm.thread', event_id: root } })
const read = (server: TestServer, by: Device, roomId: string, eventId: string, threadId?: string) =>
  server.ephemeral.postReceipt(by, { roomId, type: 'm.read', eventId, threadId })

test('messages count for everybody but their sender, and a receipt takes them back', async () => {
  await using server = await openTestServer()
  const { alice, bob, roomId } = await roomOfTwo(server)
  await say(server, roomId, alice, 'one')
  const two = await say(server, roomId, alice, 'two')
  await say(server, roomId, alice, 'three')
  assert.deepEqual(pair((await counts(server, bob, roomId)).room), [3, 0])
  assert.deepEqual(pair((await counts(server, alice, roomId)).room), [0, 0])
  await read(server, bob, roomId, two)
  assert.deepEqual(pair((await counts(server, bob, roomId)).room), [1, 0])
})

test('sending a message reads what came before', async () => {
  await using server = await openTestServer()
  const { alice, bob, roomId } = await roomOfTwo(server)
  await say(server, roomId, alice, 'one')
  await say(server, roomId, bob, 'answer')
  assert.deepEqual(pair((await counts(server, bob, roomId)).room), [0, 0])
})

test('what happened before the join does not count', async () => {
  await using server = await openTestServer()
  const { alice, roomId } = await roomOfTwo(server)
  await say(server, roomId, alice, 'one')
  const carol = await server.device('carol')
  await server.rooms.join(roomId, { by: carol })
  assert.deepEqual(pair((await counts(server, carol, roomId)).room), [0, 0])
  await say(server, roomId, alice, 'two')
  assert.deepEqual(pair((await counts(server, carol, roomId)).room), [1, 0])
})

test('mentions highlight for the mentioned only; notices and reactions do not count', async () => {
  await using server = await openTestServer()
  const { alice, bob, roomId } = await roomOfTwo(server)
  const carol = await server.device('carol')
  await server.rooms.join(roomId, { by: carol })
  const one = await say(server, roomId, alice, 'bob!', mention(bob))
  await say(server, roomId, alice, 'notice', { msgtype: 'm.notice' })
  const content = { 'm.relates_to': { rel_type: 'm.annotation', event_id: one, key: '👍' } }
  await server.rooms.send(roomId, { by: alice, type: 'm.reaction', content })
  assert.deepEqual(pair((await counts(server, bob, roomId)).room), [1, 1])
  assert.deepEqual(pair((await counts(server, carol, roomId)).room), [1, 0])
  await read(server, bob, roomId, one)
  assert.deepEqual(pair((await counts(server, bob, roomId)).room), [0, 0])
})

test('@room highlights for all when the sender may do that', async () => {
  await using server = await openTestServer()
  const { alice, bob, roomId } = await roomOfTwo(server)
  await say(server, roomId, alice, '@room', { 'm.mentions': { room: true } })
  assert.deepEqual(pair((await counts(server, bob, roomId)).room), [1, 1])
  await say(server, roomId, bob, '@room', { 'm.mentions': { room: true } })
  assert.deepEqual(pair((await counts(server, alice, roomId)).room), [1, 0])
})

test('threads count apart, and a threaded receipt reads its thread only', async () => {
  await using server = await openTestServer()
  const { alice, bob, roomId } = await roomOfTwo(server)
  const root = await say(server, roomId, alice, 'root')
  await say(server, roomId, alice, 'reply 1', inThread(root))
  const reply = await say(server, roomId, alice, 'reply 2', inThread(root))
  await say(server, roomId, alice, 'bob', { ...inThread(root), ...mention(bob) })
  const main = await say(server, roomId, alice, 'main')
  const all = await counts(server, bob, roomId)
  assert.deepEqual(
    [pair(all.room), pair(all.main)],
    [
      [5, 1],
      [2, 0],
    ],
  )
  assert.deepEqual(
    Array.from(all.threads, ([id, count]) => [id, pair(count)]),
    [[root, [3, 1]]],
  )
  await read(server, bob, roomId, reply, root)
  const threadRead = await counts(server, bob, roomId)
  assert.deepEqual(
    [pair(threadRead.room), pair(threadRead.main)],
    [
      [3, 1],
      [2, 0],
    ],
  )
  await read(server, bob, roomId, main, 'main')
  const mainRead = await counts(server, bob, roomId)
  assert.deepEqual(
    [pair(mainRead.room), pair(mainRead.main)],
    [
      [1, 1],
      [0, 0],
    ],
  )
  await read(server, bob, roomId, main)
  assert.deepEqual(pair((await counts(server, bob, roomId)).room), [0, 0])
})

test('receipts do not move back', async () => {
  await using server = await openTestServer()
  const { alice, bob, roomId } = await roomOfTwo(server)
  const one = await say(server, roomId, alice, 'one')
  const two = await say(server, roomId, alice, 'two')
  await read(server, bob, roomId, two)
  await read(server, bob, roomId, one)
  assert.deepEqual(pair((await counts(server, bob, roomId)).room), [0, 0])
})

test('rules of one’s own count as they say', async () => {
  await using server = await openTestServer()
  const { alice, bob, roomId } = await roomOfTwo(server)
  await server.push.setRule(
    bob,
    { kind: 'content', ruleId: 'tea' },
    {
      actions: ['notify', { set_tweak: 'highlight' }],
      pattern: 'tea',
    },
  )
  await say(server, roomId, alice, 'a cup of tea')
  await say(server, roomId, alice, 'coffee')
  assert.deepEqual(pair((await counts(server, bob, roomId)).room), [2, 1])
  await server.push.setRule(bob, { kind: 'room', ruleId: roomId }, { actions: [] })
  await say(server, roomId, alice, 'muted')
  assert.deepEqual(pair((await counts(server, bob, roomId)).room), [2, 1])
})

test('counts are the same after a restart', async () => {
  await using folder = await temporaryFolder()
  let roomId = ''
  {
    await using server = await openTestServer({ folder: folder.path })
    const room = await roomOfTwo(server)
    roomId = room.roomId
    await server.push.setRule(
      room.bob,
      { kind: 'content', ruleId: 'tea' },
      {
        actions: ['notify', { set_tweak: 'highlight' }],
        pattern: 'tea',
      },
    )
    await say(server, roomId, room.alice, 'tea')
    await say(server, roomId, room.alice, 'coffee')
  }
  await using server = await openTestServer({ folder: folder.path })
  const [alice, bob] = [await server.device('alice'), await server.device('bob')]
  assert.deepEqual(pair((await counts(server, bob, roomId)).room), [2, 1])
  await say(server, roomId, alice, 'more tea')
  assert.deepEqual(pair((await counts(server, bob, roomId)).room), [3, 2])
})

type Step =
  | {
      readonly do: 'say'
      readonly by: number
      readonly mention: number
      readonly thread: boolean
      readonly notice: boolean
    }
  | { readonly do: 'read'; readonly by: number; readonly at: number; readonly threaded: boolean }

const user = fc.nat(2)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('say' as const),
      by: user,
      mention: fc.nat(4),
      thread: fc.boolean(),
      notice: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('read' as const), by: user, at: fc.nat(), threaded: fc.boolean() }),
  },
)

/** One event as the naive count sees it. */
interface Said {
  readonly eventId: string
  readonly by: number
  readonly content: Readonly<Record<string, unknown>>
  readonly isThreaded: boolean
}

/** Counts by evaluating every event after the read positions with the user's own rules. */
function naive(said: readonly Said[], me: number, device: Device, marks: { main: number; thread: number }) {
  const count = { main: [0, 0], thread: [0, 0] }
  const context = {
    userId: device.userId,
    roomId: '!r',
    memberCount: 3,
    levels: { of: () => 0, notifications: () => 50 },
  }
  said.forEach(({ by, content, isThreaded }, i) => {
    const part = isThreaded ? 'thread' : 'main'
    if (by === me || i <= marks[part]) return
    const fields = { type: 'm.room.message', sender: `@${by}`, content } as Parameters<typeof evaluate>[1]
    const outcome = evaluate(defaultPushRules(device.userId), fields, context)
    count[part][0] = (count[part][0] ?? 0) + Number(outcome.notify)
    count[part][1] = (count[part][1] ?? 0) + Number(outcome.highlight)
  })
  return count
}

test('over random histories, counting by subtraction equals evaluating every event for every user', async () => {
  await using server = await openTestServer()
  const devices = [await server.device('alice'), await server.device('bob'), await server.device('carol')] as const
  const run = async (steps: readonly Step[]) => {
    const roomId = await publicRoom(server, devices[0])
    for (const by of devices.slice(1)) await server.rooms.join(roomId, { by })
    const root = await say(server, roomId, devices[0], 'root')
    const said: Said[] = [{ eventId: root, by: 0, content: { msgtype: 'm.text', body: 'root' }, isThreaded: false }]
    const marks = devices.map((_, i) => ({ main: i === 0 ? 0 : -1, thread: -1 }))
    for (const each of steps) {
      const by = devices[each.by] as Device
      const mark = marks[each.by] as (typeof marks)[number]
      if (each.do === 'read') {
        const at = each.at % said.length
        const event = said[at] as Said
        const thread = event.isThreaded ? root : 'main'
        await read(server, by, roomId, event.eventId, each.threaded ? thread : undefined)
        if (!each.threaded || !event.isThreaded) mark.main = Math.max(mark.main, at)
        if (!each.threaded || event.isThreaded) mark.thread = Math.max(mark.thread, at)
        continue
      }
      const mentioned = devices[each.mention]
      const content = {
        msgtype: each.notice ? 'm.notice' : 'm.text',
        body: 'x',
        ...(mentioned && mention(mentioned)),
        ...(each.thread && inThread(root)),
      }
      const eventId = await server.rooms.send(roomId, { by, type: 'm.room.message', content })
      said.push({ eventId, by: each.by, content, isThreaded: each.thread })
      mark[each.thread ? 'thread' : 'main'] = said.length - 1
    }
    for (const [i, device] of devices.entries()) {
      const expected = naive(said, i, device, marks[i] as (typeof marks)[number])
      const actual = await counts(server, device, roomId)
      assert.deepEqual(pair(actual.main), expected.main)
      assert.deepEqual(pair(actual.threads.get(root) ?? { notify: 0, highlight: 0 }), expected.thread)
    }
  }
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 30 }), run), { numRuns: 40 })
})
