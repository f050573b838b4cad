// Until when a server's signing key counts. Times are milliseconds since the epoch.
// https://spec.matrix.org/v1.19/rooms/v5/#signing-key-validity-period
import type { RoomVersionRules } from './room-version.ts'

/** "Servers MUST use the lesser of `valid_until_ts` and 7 days into the future when determining if a key is valid." */
export const keyValidityMaxMs = 7 * 24 * 60 * 60 * 1000

/** What its server published about a key: a current key's response is valid until a time; an old key expired at one. */
export type KeyTimes = { readonly validUntilTs: number } | { readonly expiredTs: number }

/** Until when a key counts if its server's answer is read at `now`. */
export const validUntil = (validUntilTs: number, now: number): number => Math.min(validUntilTs, now + keyValidityMaxMs)

/**
 * Whether a key may vouch for an event of `originServerTs`. "Any keys that are known to have expired prior to the event's
 * origin_server_ts are ignored"; current keys only expire from room version 5.
 */
export const isKeyValidForEvent = (
  key: KeyTimes,
  event: { readonly originServerTs: number; readonly now: number },
  rules: RoomVersionRules,
): boolean => {
  if ('expiredTs' in key) return key.expiredTs >= event.originServerTs
  return !rules.keyValidity || validUntil(key.validUntilTs, event.now) >= event.originServerTs
}

/** Whether a key may vouch for a request made at `now`: retired keys never do. */
export const isKeyValidForRequest = (key: KeyTimes, now: number): boolean =>
  'validUntilTs' in key && key.validUntilTs >= now
