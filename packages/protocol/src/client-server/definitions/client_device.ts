// A device as its owner sees it.
import { Type } from 'typebox'
import type { Static } from 'typebox'

/** A device as its owner sees it. */
export const ClientDevice = Type.Object({
  device_id: Type.String(),
  display_name: Type.Optional(Type.String()),
  last_seen_ip: Type.Optional(Type.String()),
  last_seen_ts: Type.Optional(Type.Integer()),
})
export type ClientDevice = Static<typeof ClientDevice>
