// What end-to-end encryption adds to an answer: messages to the device, whose devices changed, how many keys are left.
// https://spec.matrix.org/v1.19/client-server-api/#extensions-to-sync-1
import { journalKind } from '../store/store.ts'
import type { UserRoom } from '../store/user-rooms.ts'
import { type ChangedLists, changedLists } from './device-lists.ts'
import { type Changes, kindBit } from './dirty.ts'
import type { SyncParts } from './parts.ts'
import { eventsField, type View } from './view.ts'

export interface DeviceSectionsRequest {
  readonly changes: Changes
  readonly rooms: readonly UserRoom[]
}

export interface DeviceSections {
  /** The fields' JSON, e.g. `"to_device":{"events":[…]}`. */
  readonly fields: readonly string[]
  /** They hold news worth an answer of their own. */
  readonly hasNews: boolean
  /** Position of the last message in the answer when more wait. */
  readonly messagesCutAt: number | undefined
}

export async function deviceSections(
  parts: SyncParts,
  view: View,
  { changes, rooms }: DeviceSectionsRequest,
): Promise<DeviceSections> {
  const has = (kind: number) => ((changes.get(0) ?? 0) & kindBit(kind)) !== 0
  const mayHaveMessages = view.since === 0 || view.messagesSince < view.since || has(journalKind.toDevice)
  const range = { after: view.messagesSince, to: view.to }
  const messages = mayHaveMessages ? await parts.encryption.inboxes.pending(view.deviceNid, range) : undefined
  const events = messages?.events ?? []
  // "Only present on an incremental sync."
  const lists = view.since === 0 ? undefined : await changedLists(parts, view, { changes, rooms })
  const keys = await keyFields(parts, view, has(journalKind.keyClaimed))
  return {
    fields: [
      ...(events.length > 0 ? [eventsField('to_device', events)] : []),
      ...(lists ? [`"device_lists":${listsText(lists)}`] : []),
      ...keys.fields,
    ],
    hasNews: events.length > 0 || lists !== undefined || keys.hasNews,
    messagesCutAt: messages?.cutAt,
  }
}

/** `{"changed":[…],"left":[…]}` */
export const listsText = ({ changed, left }: ChangedLists): string =>
  `{"changed":${JSON.stringify([...changed])},"left":${JSON.stringify([...left])}}`

/** That keys were given out is news while the device has not heard the new numbers. */
async function keyFields(parts: SyncParts, { deviceNid }: View, wereClaimed: boolean) {
  const { oneTimeKeys, unusedFallbackKeys } = await parts.encryption.keyCounts(deviceNid)
  const fields = [
    `"device_one_time_keys_count":${oneTimeKeys}`,
    `"device_unused_fallback_key_types":${unusedFallbackKeys}`,
  ]
  const key = String(deviceNid)
  const served = parts.servedKeyCounts.get(key)
  const text = fields.join()
  if (served !== text) parts.servedKeyCounts.set(key, text)
  return { fields, hasNews: wereClaimed && served !== undefined && served !== text }
}
