// What must hold on each server by itself, whatever the others do.
import { addSync, sync, type ClientView, type RoomView } from './client-view.ts'
import type { Acknowledged } from './community.ts'
import { sql } from '@myelin/server/store/sql'
import { eventById } from '@myelin/server/store/events'
import type { HotRoom } from '@myelin/server/rooms/hot-room'
import type { SimulatedServer } from './server.ts'
import type { SimulatedUser } from './user.ts'

const journalSpan = sql`SELECT count(*) AS count, coalesce(min(position), 0) AS first, coalesce(max(position), 0) AS last
  FROM journal`

/** "Positions are gapless". */
export async function journalGaps({ services, serverName }: SimulatedServer): Promise<string[]> {
  const span = await services.store.read.get<{ count: number; first: number; last: number }>(journalSpan, {})
  if (!span || span.count === 0 || span.last - span.first + 1 === span.count) return []
  return [`${serverName} has ${span.count} journal entries from ${span.first} to ${span.last}`]
}

/** What was acknowledged is there. */
export async function lostEvents(acknowledged: readonly Acknowledged[]): Promise<string[]> {
  const lost: string[] = []
  for (const { server, eventId } of acknowledged)
    if (!(await eventById(server.services.store.read, eventId)))
      lost.push(`${server.serverName} acknowledged ${eventId} and has lost it`)
  return lost
}

/** A room in memory is the room on disk. */
export async function forgottenChanges({ services, serverName }: SimulatedServer, roomId: string): Promise<string[]> {
  const { rooms } = services
  const before = await rooms.byId(roomId)
  if (!before) return []
  const remembered = summaryOf(before)
  rooms.context.hotRooms.forgetAll()
  const after = await rooms.hot(before.nid)
  if (after === before) return [`${serverName} still uses ${roomId}`]
  const loaded = summaryOf(after)
  return remembered === loaded ? [] : [`${roomId} on ${serverName}\n  in memory ${remembered}\n  on disk ${loaded}`]
}

const summaryOf = (room: HotRoom): string =>
  JSON.stringify({
    heads: room.heads.map(({ eventId }) => eventId).toSorted(),
    state: [...room.stateEntries()].toSorted(),
    memberships: [...room.memberships].toSorted(([a], [b]) => a - b),
    localJoined: [...room.localJoined].toSorted((a, b) => a - b),
    hosts: [...room.hosts].toSorted(),
    counts: [room.joinedCount, room.invitedCount],
    lastPosition: room.lastPosition,
    snapshot: room.snapshot,
    main: room.totals.get(0) ?? { notify: 0, highlight: 0 },
  })

/** Syncs that added up show what a first sync shows. */
export async function syncDifferences(user: SimulatedUser, view: ClientView): Promise<string[]> {
  const more = await sync(user, { since: user.since })
  if (more !== undefined) addSync(view, more)
  const fresh: ClientView = new Map()
  addSync(fresh, (await sync(user, {})) ?? {})
  const rooms = new Set([...view.keys(), ...fresh.keys()])
  return [...rooms].flatMap((roomId) =>
    ofViews(view.get(roomId), fresh.get(roomId)).map((text) => `${user.userId} in ${roomId}: ${text}`),
  )
}

function ofViews(added: RoomView | undefined, fresh: RoomView | undefined): string[] {
  if (!added || !fresh) return [added ? 'is shown and should not be' : 'is not shown']
  const states = [...fresh.state].flatMap(([key, eventId]) =>
    added.state.get(key) === eventId ? [] : [`state ${key} is ${eventId}, shown is ${added.state.get(key)}`],
  )
  const twice = added.seen.filter((eventId, i) => added.seen.indexOf(eventId) !== i)
  return [
    ...states,
    ...(added.unread === fresh.unread ? [] : [`unread is ${fresh.unread}, shown is ${added.unread}`]),
    ...(added.seen.at(-1) === fresh.seen.at(-1)
      ? []
      : [`the last event is ${fresh.seen.at(-1)}, shown is ${added.seen.at(-1)}`]),
    ...twice.map((eventId) => `${eventId} is shown twice`),
  ]
}
