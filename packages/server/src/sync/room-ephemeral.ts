// Typing users and receipts of a room.
// https://spec.matrix.org/v1.19/client-server-api/#typing-notifications, …/#receipts
import type { Ephemeral } from '../ephemeral/ephemeral.ts'
import { receiptsSince, type SentReceipt } from '../store/receipts.ts'
import { journalKind, type Reader } from '../store/store.ts'
import { kindBit } from './dirty.ts'
import { plainEvent, type View } from './view.ts'

export interface EphemeralRequest {
  readonly view: View
  readonly roomNid: number
  readonly roomId: string
  readonly kinds: number
  /** The client knows nothing of the room. */
  readonly full: boolean
}

export interface EphemeralServices {
  readonly read: Reader
  readonly ephemeral: Ephemeral
}

/** The ephemeral events that changed since the last answer, as JSON texts. */
export async function roomEphemeral(services: EphemeralServices, request: EphemeralRequest): Promise<string[]> {
  const { view, roomId } = request
  const { ephemeral: filter } = view.filter
  if (!filter.acceptsRoom(roomId)) return []
  const events: string[] = []
  if (filter.accepts({ type: 'm.typing' })) events.push(...typing(services.ephemeral, request))
  if (filter.accepts({ type: 'm.receipt' })) events.push(...(await receipts(services.read, request)))
  return events
}

function typing({ typing }: Ephemeral, { view, roomNid, kinds, full }: EphemeralRequest): string[] {
  const users = typing.users(roomNid)
  const changedAt = typing.changedAt(roomNid)
  // 0: it changed before a restart, and nobody types any more.
  const changed = (kinds & kindBit(journalKind.typing)) !== 0 && (changedAt > view.since || changedAt === 0)
  if (full ? users.length === 0 : !changed) return []
  const shown = users.filter((user) => !view.ignored.has(user))
  return [plainEvent('m.typing', JSON.stringify({ user_ids: shown }))]
}

async function receipts(read: Reader, { view, roomNid, kinds, full }: EphemeralRequest): Promise<string[]> {
  if (!full && (kinds & kindBit(journalKind.receipt)) === 0) return []
  const since = full ? 0 : view.since
  const found = await receiptsSince(read, { room: roomNid, user: view.userNid, since, to: view.to })
  const shown = found.filter((receipt) => !view.ignored.has(receipt.user_id))
  return shown.length === 0 ? [] : [plainEvent('m.receipt', JSON.stringify(receiptContent(shown)))]
}

/** `{event_id: {type: {user_id: {ts, thread_id?}}}}`; one user may have read one event unthreaded and in its thread. */
function receiptContent(receipts: readonly SentReceipt[]): Record<string, unknown> {
  const content: Record<string, Record<string, Record<string, unknown>>> = {}
  for (const { event_id: eventId, type, user_id: userId, thread, ts } of receipts) {
    const byType = (content[eventId] ??= {})
    const byUser = (byType[type] ??= {})
    // The content has one place per event, type and user: the unthreaded receipt says more than the threaded one.
    if (thread === '' || !(userId in byUser)) byUser[userId] = { ts, ...(thread !== '' && { thread_id: thread }) }
  }
  return content
}
