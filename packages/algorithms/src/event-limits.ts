// How large an event may be. https://spec.matrix.org/v1.19/client-server-api/#size-limits
import type { RoomVersionRules } from './room-version.ts'

/** "The complete event MUST NOT be larger than 65536 bytes", in canonical JSON with signatures. */
export const eventBytesMax = 65_536
/** `sender`, `room_id`, `event_id`, `type` and `state_key`, in bytes or, in older room versions, code points. */
export const identifierLengthMax = 255
/** Entries of `auth_events`. */
export const authEventsMax = 10
/** Entries of `prev_events`. */
export const prevEventsMax = 20

/** Whether an event's canonical JSON is small enough. */
export const isEventSizeAllowed = (json: string): boolean =>
  json.length <= eventBytesMax / 3 || Buffer.byteLength(json) <= eventBytesMax

/** Whether an identifier, type or state key is short enough for the room version. */
export const isIdentifierLengthAllowed = (text: string, rules: RoomVersionRules): boolean => {
  if (text.length <= identifierLengthMax / 3) return true
  return (rules.lengthsInBytes ? Buffer.byteLength(text) : [...text].length) <= identifierLengthMax
}
