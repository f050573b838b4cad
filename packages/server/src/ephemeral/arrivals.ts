// What other servers said too early counts once what it is about is here: receipts with their events, presence with the
// users it is of. Follows the journal, and looks at nothing while nothing waits.
import { isLocal } from '../rooms/context.ts'
import { journalKind, type Journaled } from '../store/store.ts'
import { placeReceipt, type ReceivingParts } from './received.ts'

/** Starts following. */
export function startArrivals(parts: ReceivingParts): void {
  parts.rooms.store.onDurable((entries) => {
    for (const entry of entries)
      // Lost is no more than a receipt or the presence of somebody: a failing store reports itself.
      if (entry.kind === journalKind.event) arrived(parts, entry).catch(() => undefined)
  })
}

async function arrived(parts: ReceivingParts, { room: roomNid, user, ref }: Journaled): Promise<void> {
  const { rooms, unplaced, presence } = parts
  if (!unplaced.isEmpty) {
    const room = await rooms.hotRooms.get(roomNid)
    const event = room.event(ref)
    for (const receipt of event ? unplaced.take(event.eventId) : [])
      if (receipt.roomNid === roomNid) await placeReceipt(parts, room, receipt)
  }
  if (user === 0 || !presence.isWaiting) return
  if ((await rooms.hotRooms.get(roomNid)).membership(user) !== 'join') return
  const userId = (await rooms.users.userId(user)) ?? ''
  await presence.placeAgain(isLocal(rooms, userId) ? undefined : userId)
}
