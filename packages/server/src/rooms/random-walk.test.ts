// Random histories: whatever happens in a room, a room loaded from the store equals the one that was never let go.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MatrixError } from '@myelin/protocol/errors'
import { array, assert as holds, asyncProperty, constantFrom, nat, tuple } from 'fast-check'
import type { Actor } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { openTestRooms, say, type TestRooms, timelineOf } from './testing/open-rooms.ts'

type Step = readonly [verb: (typeof verbs)[number], by: number, target: number]
const verbs = ['say', 'topic', 'join', 'leave', 'invite', 'kick', 'ban', 'unban', 'react', 'thread', 'redact'] as const

async function take(net: TestRooms, walk: { roomId: string; users: readonly Actor[]; step: Step }): Promise<void> {
  const { rooms } = net
  const { roomId, users, step } = walk
  const [by, other] = [users[step[1]], users[step[2]]]
  assert.ok(by && other)
  const aimed = { by, target: other.userId }
  const room = await rooms.byId(roomId)
  const last = room?.recent.findLast((event) => event.type === 'm.room.message')?.eventId ?? ''
  const relate = (rel_type: string, key?: string) =>
    rooms.send(roomId, {
      by,
      type: 'm.x',
      content: { 'm.relates_to': { rel_type, event_id: last, ...(key && { key }) } },
    })
  const acts: Record<Step[0], () => Promise<unknown>> = {
    say: () => say(rooms, roomId, { by, body: 'x' }),
    topic: () => rooms.sendState(roomId, { by, type: 'm.room.topic', stateKey: '', content: { topic: `${step[2]}` } }),
    join: () => rooms.join(roomId, { by }),
    leave: () => rooms.leave(roomId, { by }),
    invite: () => rooms.invite(roomId, aimed),
    kick: () => rooms.kick(roomId, aimed),
    ban: () => rooms.ban(roomId, aimed),
    unban: () => rooms.unban(roomId, aimed),
    react: () => relate('m.annotation', `${step[2]}`),
    thread: () => relate('m.thread'),
    redact: () => rooms.redact(roomId, { by, eventId: last }),
  }
  await acts[step[0]]().catch((error: unknown) =>
    assert.ok(error instanceof MatrixError && error.status < 500, `${error}`),
  )
}

const likeness = (room: HotRoom) => ({
  state: [...room.stateEntries()],
  hash: room.arena.hash(room.root),
  slots: room.slotCount,
  snapshot: room.snapshot,
  heads: room.heads,
  memberships: [...room.memberships].toSorted(([a], [b]) => a - b),
  localJoined: [...room.localJoined].toSorted((a, b) => a - b),
  counts: [room.joinedCount, room.invitedCount],
  totals: room.totals.get(0),
  lastPosition: room.lastPosition,
  recent: room.recent.slice(-40).map((event) => [event.nid, event.flags, event.redactedBy, event.clientJson()]),
})

test('a loaded room equals the one that was never let go', async () => {
  await using net = await openTestRooms({
    hooks: { decide: (event) => ({ notify: event.type === 'm.room.message', highlight: false }) },
  })
  const users = await Promise.all(['a', 'b', 'c', 'd'].map((name) => net.user(name)))
  const [creator] = users
  assert.ok(creator)
  const step = tuple(constantFrom(...verbs), nat(3), nat(3))
  await holds(
    asyncProperty(array(step, { minLength: 10, maxLength: 120 }), async (steps) => {
      const roomId = await net.rooms.create({ by: creator, request: { preset: 'public_chat' } })
      for (const each of steps) await take(net, { roomId, users, step: each })
      const kept = await net.rooms.byId(roomId)
      const timeline = await timelineOf(net.rooms, roomId, creator).catch(() => [])
      net.rooms.context.hotRooms.forgetAll()
      const loaded = await net.rooms.byId(roomId)
      assert.ok(kept && loaded && kept !== loaded)
      assert.deepEqual(likeness(loaded), likeness(kept))
      const again = await timelineOf(net.rooms, roomId, creator).catch(() => [])
      assert.deepEqual(again.map(withoutAge), timeline.map(withoutAge))
    }),
    { numRuns: 12, endOnFailure: true },
  )
})

const withoutAge = (event: object) =>
  JSON.parse(JSON.stringify(event, (key, value) => (key === 'age' ? undefined : value)))
