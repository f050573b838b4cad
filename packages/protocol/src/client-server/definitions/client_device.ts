// A device as its owner sees it.
import { Type } from 'typebox'
import type { Static } from 'typebox'

/** Name, and where and when (milliseconds since the epoch) it was last seen. Some servers say null for not known. */
export const ClientDevice = Type.Object({
  device_id: Type.String(),
  display_name: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  last_seen_ip: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  last_seen_ts: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
})
export type ClientDevice = Static<typeof ClientDevice>
