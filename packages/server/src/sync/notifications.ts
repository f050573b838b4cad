// GET /notifications: the events that notified a user, newest first, found by going back through the rooms as they were
// last spoken in. https://spec.matrix.org/v1.19/client-server-api/#listing-notifications
import type { PushAction } from '@myelin/algorithms/push-rule'
import { MatrixError } from '@myelin/protocol/errors'
import { notificationsPerPageDefault, notificationsPerPageMax, notificationsScanEventsMax } from '../limits.ts'
import type { HotRoom } from '../rooms/hot-room.ts'
import type { RoomEvent } from '../rooms/room-event.ts'
import { lastOrds } from '../store/events.ts'
import { userRooms } from '../store/user-rooms.ts'
import type { SyncParts, Viewer } from './parts.ts'
import { viewerOf } from './room-fields.ts'
import type { SyncUser } from './sync.ts'
import { readTimeline } from './timeline.ts'

export interface NotificationsRequest {
  readonly from?: string | undefined
  readonly limit?: number | undefined
  /** `highlight` for those alone. */
  readonly only?: string | undefined
}

interface Found {
  readonly room: HotRoom
  readonly event: RoomEvent
  readonly actions: readonly PushAction[]
  readonly isRead: boolean
}

/** The JSON text of a page. Throws M_INVALID_PARAM. */
export async function notifications(parts: SyncParts, user: SyncUser, request: NotificationsRequest): Promise<string> {
  const limit = pageLimit(request.limit)
  const before = request.from === undefined ? Infinity : parseFrom(request.from)
  const search = { limit, before, onlyHighlights: request.only === 'highlight' }
  let found: Found[] = []
  for (const { roomNid, lastOrd } of await roomsBySpeech(parts, user)) {
    const oldest = found.length < limit ? 0 : (found[limit - 1]?.event.ord ?? 0)
    if (lastOrd <= oldest) break
    const room = await parts.rooms.get(roomNid)
    const inRoom = await notifying(parts, user, { ...search, room, after: oldest })
    found = [...found, ...inRoom].toSorted((a, b) => (b.event.ord ?? 0) - (a.event.ord ?? 0)).slice(0, limit)
  }
  const texts = await Promise.all(found.map((each) => notificationJson(parts, viewerOf(user), each)))
  const last = found.length === limit ? found.at(-1)?.event.ord : undefined
  const next = last === undefined ? '' : `"next_token":"n${last}",`
  return `{${next}"notifications":[${texts.join(',')}]}`
}

function pageLimit(limit = notificationsPerPageDefault): number {
  if (limit < 1) throw new MatrixError('M_INVALID_PARAM', 'limit must be greater than 0')
  return Math.min(limit, notificationsPerPageMax)
}

function parseFrom(token: string): number {
  if (!/^n\d{1,15}$/.test(token)) throw new MatrixError('M_INVALID_PARAM', 'from is not a token of this server')
  return Number(token.slice(1))
}

/** The rooms the user is in, the last spoken in first. */
async function roomsBySpeech({ store }: SyncParts, user: SyncUser) {
  const joined = (await userRooms(store.read, user.userNid)).filter((row) => row.membership === 'join')
  const roomNids = joined.map((row) => row.roomNid)
  const ords = await lastOrds(store.read, roomNids)
  return roomNids
    .map((roomNid) => ({ roomNid, lastOrd: ords.get(roomNid) ?? 0 }))
    .toSorted((a, b) => b.lastOrd - a.lastOrd)
}

interface RoomSearch {
  readonly room: HotRoom
  readonly limit: number
  readonly before: number
  readonly after: number
  readonly onlyHighlights: boolean
}

async function notifying(parts: SyncParts, user: SyncUser, search: RoomSearch): Promise<Found[]> {
  const { room, limit, onlyHighlights } = search
  const found: Found[] = []
  let looked = 0
  const to = Math.min(search.before - 1, parts.store.durablePosition)
  const accepts = async (event: RoomEvent): Promise<boolean> => {
    if (++looked > notificationsScanEventsMax) return false
    const { notify, highlight, actions, isRead } = await parts.push.judge(user, { event, room })
    if (!(onlyHighlights ? highlight : notify) || !(await parts.rooms.isVisible(room, event, viewerOf(user))))
      return false
    found.push({ room, event, actions, isRead })
    return true
  }
  const { eventsBefore } = parts.rooms
  await readTimeline(room, { after: search.after, to, limit, accepts, eventsBefore })
  return found.slice(0, limit)
}

async function notificationJson({ rooms }: SyncParts, viewer: Viewer, { room, event, actions, isRead }: Found) {
  const [text] = await rooms.serve(room, [event], viewer)
  const rest = JSON.stringify({ actions, read: isRead, room_id: room.roomId, ts: event.ts })
  return `{"event":${text},${rest.slice(1)}`
}
