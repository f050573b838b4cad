// One joined room in an answer.
import type { HotRoom } from '../rooms/hot-room.ts'
import { type AccountDataEntry } from '../store/account-data.ts'
import { journalKind } from '../store/store.ts'
import type { RoomCounts } from '../push/counts.ts'
import { accountDataEvents, allAccountData } from './account-data.ts'
import { kindBit } from './dirty.ts'
import type { SyncParts } from './parts.ts'
import { roomEphemeral } from './room-ephemeral.ts'
import { roomTimeline, stateField, stateSection, stateTexts, timelineField, viewerOf } from './room-fields.ts'
import { roomSummary, type Summary } from './summary.ts'
import type { Timeline } from './timeline.ts'
import { eventsField, type View } from './view.ts'

export interface JoinedRoom {
  readonly room: HotRoom
  /** Which kinds of things may have changed. */
  readonly kinds: number
  /** The client knows nothing of the room: an initial sync, or the user joined after `since`. */
  readonly isNew: boolean
  /** The client has an older timeline of the room, which this one does not follow. */
  readonly isAgain: boolean
  /** Place of an event from which on the user was in the room without a break. */
  readonly joinedAt: number
  /** The user's account data in the room that changed. */
  readonly accountData: readonly AccountDataEntry[]
}

/** `"!room":{…}`, or undefined when nothing in it is new to the client. */
export async function joinedRoom(parts: SyncParts, view: View, joined: JoinedRoom): Promise<string | undefined> {
  const { room, isNew } = joined
  const { roomId } = room
  const viewer = viewerOf(view)
  const timeline = await timelineOf(parts, view, joined)
  // Of a room whose members came late the client knows only some.
  const fullState = isNew || view.fullState || room.completedAt > view.since
  let summary: Summary | undefined
  const alsoMembers = async () => {
    summary = await roomSummary(parts.heroes, room, view.userNid)
    return summary.heroes ?? []
  }
  const state = await stateSection(parts, view, { room, timeline, to: view.to, full: fullState, alsoMembers })
  const stateEvents = await stateTexts(parts, view, { room, state })
  const ephemeral = await roomEphemeral(
    { read: parts.store.read, ephemeral: parts.ephemeral },
    { view, roomNid: room.nid, roomId, kinds: joined.kinds, full: isNew },
  )
  const accountData = await accountDataOf(parts, view, joined)
  const quiet = timeline.events.length + stateEvents.length + ephemeral.length + accountData.length === 0
  if (quiet && !timeline.limited && !fullState) return undefined
  const fields = [
    await timelineField(parts, { room, viewer, timeline }),
    stateField(view, stateEvents),
    eventsField('ephemeral', ephemeral),
    eventsField('account_data', accountData),
    ...unreadFields(view, await parts.push.counts(view.userNid, room)),
    ...(summary ? [summary.json] : []),
  ]
  return `${JSON.stringify(roomId)}:{${fields.join(',')}}`
}

async function timelineOf(
  parts: SyncParts,
  view: View,
  { room, kinds, isNew, isAgain, joinedAt }: JoinedRoom,
): Promise<Timeline> {
  if (!isNew && (kinds & kindBit(journalKind.event)) === 0) return { events: [], limited: false, startsAfter: view.to }
  const timeline = await roomTimeline(parts, view, {
    room,
    after: isNew ? 0 : view.since,
    to: view.to,
    joinedAt,
    viewer: viewerOf(view),
  })
  return isAgain ? { ...timeline, limited: true } : timeline
}

async function accountDataOf(
  parts: SyncParts,
  view: View,
  { room, isNew, accountData }: JoinedRoom,
): Promise<string[]> {
  const { roomAccountData: test } = view.filter
  if (!test.acceptsRoom(room.roomId)) return []
  const entries = isNew && view.since > 0 ? await allAccountData(parts.store.read, view, room.nid) : accountData
  return accountDataEvents(entries, test)
}

/**
 * "If `unread_thread_notifications` was specified as `true` …, these counts will only be for the main timeline rather
 * than all events in the room." https://spec.matrix.org/v1.19/client-server-api/#receiving-notifications
 */
function unreadFields(view: View, counts: RoomCounts): string[] {
  if (!view.filter.unreadThreadNotifications) return [`"unread_notifications":${countJson(counts.room)}`]
  const threads = Array.from(counts.threads, ([root, count]) => `${JSON.stringify(root)}:${countJson(count)}`)
  const ofThreads = threads.length > 0 ? [`"unread_thread_notifications":{${threads.join(',')}}`] : []
  return [`"unread_notifications":${countJson(counts.main)}`, ...ofThreads]
}

const countJson = ({ notify, highlight }: RoomCounts['main']): string =>
  `{"highlight_count":${highlight},"notification_count":${notify}}`
