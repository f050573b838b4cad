// The `rooms` of an answer: every room the user has something to hear of, in the part it belongs to.
import { MatrixError } from '@myelin/protocol/errors'
import { syncSliceMs } from '../limits.ts'
import type { UserRoom } from '../store/user-rooms.ts'
import type { AccountDataByRoom } from './account-data.ts'
import { allKinds } from './changed-rooms.ts'
import type { Changes } from './dirty.ts'
import { strippedRoom } from './invited-room.ts'
import { joinedRoom } from './joined-room.ts'
import { leftRoom } from './left-room.ts'
import { membershipPath } from './memberships.ts'
import type { SyncParts } from './parts.ts'
import type { View } from './view.ts'

type Part = 'join' | 'invite' | 'knock' | 'leave'

export interface RoomsRequest {
  readonly rooms: readonly UserRoom[]
  readonly changes: Changes
  readonly accountData: AccountDataByRoom
}

export interface RoomsSection {
  /** `"rooms":{…}`, or undefined when there is nothing. */
  readonly json: string | undefined
  /** The user came to a room after `since`. */
  readonly hasNewRoom: boolean
}

/** Builds the section room by room, letting other requests run in between. */
export async function roomsSection(parts: SyncParts, view: View, request: RoomsRequest): Promise<RoomsSection> {
  const found: Record<Part, string[]> = { join: [], invite: [], knock: [], leave: [] }
  let hasNewRoom = false
  let sliceStart = parts.environment.monotonic()
  for (const row of request.rooms) {
    if (view.signal.aborted) throw new MatrixError('M_CONNECTION_TIMEOUT', 'Nobody waits for this answer any more')
    if (!view.filter.acceptsRoom(row.roomId)) continue
    const entry = await roomEntry(parts, view, { row, request })
    if (entry) found[entry.part].push(entry.json)
    hasNewRoom ||= entry?.isNew === true
    if (parts.environment.monotonic() - sliceStart < syncSliceMs) continue
    await new Promise<void>((resolve) => void parts.environment.timer(0, resolve))
    sliceStart = parts.environment.monotonic()
  }
  const fields = Object.entries(found).filter(([, rooms]) => rooms.length > 0)
  const json = fields.map(([part, rooms]) => `"${part}":{${rooms.join(',')}}`).join(',')
  return { json: fields.length === 0 ? undefined : `"rooms":{${json}}`, hasNewRoom }
}

interface Entry {
  readonly part: Part
  readonly json: string
  readonly isNew: boolean
}

interface RowRequest {
  readonly row: UserRoom
  readonly request: RoomsRequest
}

async function roomEntry(parts: SyncParts, view: View, { row, request }: RowRequest): Promise<Entry | undefined> {
  if (row.membership === 'join') return joinedEntry(parts, view, { row, request })
  const changed = row.position > view.since
  if (!changed && !view.fullState) return undefined
  if (row.membership === 'invite' || row.membership === 'knock') {
    const json = await strippedRoom(view, await parts.rooms.get(row.roomNid), `${row.membership}_state`)
    return json === undefined ? undefined : { part: row.membership, json, isNew: false }
  }
  // "include_leave: Include rooms that the user has left"; those left since the last answer always are, forgotten or not.
  const leftSince = view.since > 0 && changed
  return leftSince || (view.filter.includeLeave && row.forgotten === 0) ? leftEntry(parts, view, row) : undefined
}

async function joinedEntry(parts: SyncParts, view: View, { row, request }: RowRequest): Promise<Entry | undefined> {
  const room = await parts.rooms.get(row.roomNid)
  const isInitial = view.since === 0
  const path =
    row.position > view.since && !isInitial ? await membershipPath(room, pathRequest(parts, view, row)) : undefined
  const isNew = isInitial || path?.interrupted === true
  const json = await joinedRoom(parts, view, {
    room,
    kinds: isInitial || view.fullState ? allKinds : (request.changes.get(row.roomNid) ?? 0),
    isNew,
    isAgain: path?.interrupted === true && wasThere.has(path.before),
    joinedAt: isNew ? (path?.sinceOrd ?? row.position) : 0,
    accountData: request.accountData.get(row.roomNid) ?? [],
  })
  return json === undefined ? undefined : { part: 'join', json, isNew }
}

/** Memberships at which a client has a timeline. */
const wasThere: ReadonlySet<string | undefined> = new Set(['join', 'leave', 'ban'])

const pathRequest = ({ rooms }: SyncParts, { userId, since }: View, row: UserRoom) => ({
  row,
  userId,
  since,
  eventsBefore: rooms.eventsBefore,
})

async function leftEntry(parts: SyncParts, view: View, row: UserRoom): Promise<Entry> {
  const room = await parts.rooms.get(row.roomNid)
  const path = await membershipPath(room, pathRequest(parts, view, row))
  const wasJoined = path.before === 'join'
  const everJoined = path.everJoined && row.forgotten === 0
  const left = { room, eventNid: row.eventNid, leftAt: row.position, wasJoined, everJoined }
  return { part: 'leave', json: await leftRoom(parts, view, left), isNew: false }
}
