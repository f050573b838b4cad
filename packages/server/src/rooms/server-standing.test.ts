// What a server may have of a room is found out in the size of what changed, not of the room.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { roomVersion } from '@myelin/algorithms/room-version'
import { HotRoom } from './hot-room.ts'
import { RoomEvent } from './room-event.ts'
import { isVisible } from './server-access.ts'

const rules = roomVersion('11')
assert.ok(rules)

/** A room whose events are counted as they are read. */
function openRoom() {
  const stored = new Map<number, RoomEvent>()
  const world = { stored, read: 0, nid: 0, snapshot: 0 }
  const events = async (_: HotRoom, nids: readonly number[]) => {
    world.read += nids.length
    return nids.flatMap((nid) => stored.get(nid) ?? [])
  }
  const room = new HotRoom({
    nid: 1,
    roomId: '!r:x.test',
    rules: rules!,
    source: { events, roots: async () => undefined },
  })
  const note = (type: string, stateKey: string | undefined, content: object): RoomEvent => {
    const nid = ++world.nid
    const slot = stateKey === undefined ? undefined : (room.slotOf(type, stateKey) ?? room.slotCount)
    if (slot !== undefined && stateKey !== undefined) {
      room.addSlot(slot, type, stateKey)
      const root = room.arena.set(room.root, slot, nid)
      room.addRoot(++world.snapshot, root, room.snapshot)
      Object.assign(room, { root, snapshot: world.snapshot })
    }
    const json = JSON.stringify({ type, sender: '@a:x.test', content, prev_events: [], state_key: stateKey })
    const fields = { nid, roomId: room.roomId, eventId: `$${nid}`, senderNid: 1, ord: nid, depth: 1, ts: 1, json }
    const event = new RoomEvent({ ...fields, snapshot: room.snapshot, flags: 0, notifyCount: 0, highlightCount: 0 })
    stored.set(nid, event)
    return event
  }
  const users = new Map<string, number>()
  const member = (userId: string, membership: 'join' | 'invite' | 'leave') => {
    note('m.room.member', userId, { membership })
    if (!users.has(userId)) users.set(userId, users.size + 1)
    const host = userId.slice(userId.indexOf(':') + 1)
    room.setMembership(users.get(userId) ?? 0, membership, { isLocal: false, host })
  }
  return { room, world, member, say: () => note('m.room.message', undefined, {}), note }
}

test('a message of a large room is served by reading its visibility and no members that stayed', async () => {
  const { room, world, member, say, note } = openRoom()
  note('m.room.history_visibility', '', { history_visibility: 'joined' })
  for (let n = 0; n < 500; n++) member(`@u${n}:large.test`, 'join')
  const early = say()
  member('@late:small.test', 'join')
  const between = say()
  member('@u0:large.test', 'leave')
  const messages = Array.from({ length: 50 }, say)
  world.read = 0
  for (const event of messages) {
    assert.equal(await isVisible(room, 'large.test', event), true)
    assert.equal(await isVisible(room, 'small.test', event), true)
  }
  assert.equal(await isVisible(room, 'small.test', early), false)
  assert.equal(await isVisible(room, 'small.test', between), true)
  assert.equal(await isVisible(room, 'all.test', between), false)
  assert.ok(world.read < 150, `${world.read} events were read`)
})

test('invitations count where history is shown to who is invited, at the moment of the event', async () => {
  const { room, member, say, note } = openRoom()
  note('m.room.history_visibility', '', { history_visibility: 'invited' })
  const before = say()
  member('@guest:far.test', 'invite')
  const invited = say()
  member('@guest:far.test', 'leave')
  const after = say()
  note('m.room.history_visibility', '', { history_visibility: 'joined' })
  member('@guest:far.test', 'invite')
  const joinedOnly = say()
  member('@guest:far.test', 'join')
  const visible = async () => {
    const found: boolean[] = []
    for (const event of [before, invited, after, joinedOnly, say()])
      found.push(await isVisible(room, 'far.test', event))
    return found
  }
  assert.deepEqual(await visible(), [false, true, false, false, true])
  room.trim()
  assert.deepEqual(await visible(), [false, true, false, false, true])
})
