// Events that wait: which of them give way when there are too many.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stagedEventsMax, stagedPerServerAndHeldRoomMax } from '../federation-limits.ts'
import type { IncomingEvent } from './admit-write.ts'
import type { HotRoom } from './hot-room.ts'
import { openTestRooms } from './testing/open-rooms.ts'

test('of too many events that wait, those of the server with most of them give way', async () => {
  await using parts = await openTestRooms()
  const { rooms } = parts
  const alice = await parts.user('alice')
  const made = Array.from({ length: 3 }, async () => rooms.byId(await rooms.create({ by: alice, request: {} })))
  const held = (await Promise.all(made)).filter((room) => room !== undefined)
  for (const room of held) room.longWorks++ // nothing is taken in
  let count = 0
  const stage = (room: HotRoom | undefined, origin: string) => {
    assert.ok(room)
    const incoming = { eventId: `$${++count}`, json: '{}' } as IncomingEvent
    return rooms.stagedEvents.stage(room, { origin, incoming, isVerified: false })
  }
  const fill = (room: HotRoom | undefined, origin: string) =>
    Promise.all(Array.from({ length: stagedPerServerAndHeldRoomMax }, () => stage(room, origin)))
  for (const room of held) await fill(room, 'greedy.test')
  for (let n = 3; n < stagedEventsMax / stagedPerServerAndHeldRoomMax; n++) await fill(held[0], `hs${n}.test`)
  await stage(held[1], 'honest.test')
  assert.equal(rooms.stagedEvents.size, stagedEventsMax)
  assert.ok(rooms.stagedEvents.find(`$${count}`))
  assert.equal(rooms.stagedEvents.find('$1'), undefined)
  await assert.rejects(stage(held[2], 'greedy.test'), { rule: 'flood' })
})
