// Extensions of sliding sync: what a client may ask for besides rooms, and what it gets. Unknown ones are ignored.
// MSC3884, MSC3885, MSC3959, MSC3960, MSC3961, MSC4262, MSC4308, MSC4480.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { Event } from '../../events/shapes.ts'
import { UserId } from '../../identifiers.ts'
import { JsonObject } from '../../json-object.ts'
import { mapOf } from '../../map-of.ts'
import { DeviceLists, ToDeviceEvent } from '../sync.ts'

const Enabled = Type.Object({ enabled: Type.Optional(Type.Boolean()) })

const Limited = Type.Object({
  ...Enabled.properties,
  limit: Type.Optional(Type.Integer()),
  since: Type.Optional(Type.String()),
})

/** `lists` and `rooms` default to `["*"]`: all lists of the request, all subscriptions. */
const PerRoom = Type.Object({
  ...Enabled.properties,
  lists: Type.Optional(Type.Array(Type.String())),
  rooms: Type.Optional(Type.Array(Type.String())),
})

/** What a client asks for. */
export const SlidingSyncExtensionsRequest = Type.Object({
  to_device: Type.Optional(Limited),
  e2ee: Type.Optional(Enabled),
  account_data: Type.Optional(PerRoom),
  receipts: Type.Optional(PerRoom),
  typing: Type.Optional(PerRoom),
  'io.element.msc4308.thread_subscriptions': Type.Optional(Limited),
  'org.matrix.msc4354.sticky_events': Type.Optional(Limited),
  'org.matrix.msc4262.profiles': Type.Optional(
    Type.Object({ ...Enabled.properties, fields: Type.Optional(Type.Array(Type.String())) }),
  ),
})
export type SlidingSyncExtensionsRequest = Static<typeof SlidingSyncExtensionsRequest>

/** A thread the user follows or no longer follows; the higher `bump_stamp` is the later state. */
export const ThreadSubscriptionChange = Type.Object({
  bump_stamp: Type.Integer(),
  automatic: Type.Optional(Type.Boolean()),
})

/** Thread subscriptions that changed, by room and thread root. */
export const ThreadSubscriptionChanges = Type.Object({
  subscribed: Type.Optional(mapOf(mapOf(ThreadSubscriptionChange))),
  unsubscribed: Type.Optional(mapOf(mapOf(ThreadSubscriptionChange))),
})

/** What a client gets. Rooms are told by their ids. */
export const SlidingSyncExtensionsResponse = Type.Object({
  to_device: Type.Optional(
    Type.Object({ next_batch: Type.String(), events: Type.Optional(Type.Array(ToDeviceEvent)) }),
  ),
  e2ee: Type.Optional(
    Type.Object({
      device_lists: Type.Optional(DeviceLists),
      device_one_time_keys_count: Type.Optional(mapOf(Type.Integer())),
      device_unused_fallback_key_types: Type.Optional(Type.Array(Type.String())),
    }),
  ),
  account_data: Type.Optional(
    Type.Object({
      global: Type.Optional(Type.Array(Event)),
      rooms: Type.Optional(mapOf(Type.Array(Event))),
    }),
  ),
  receipts: Type.Optional(Type.Object({ rooms: Type.Optional(mapOf(Event)) })),
  typing: Type.Optional(Type.Object({ rooms: Type.Optional(mapOf(Event)) })),
  'io.element.msc4308.thread_subscriptions': Type.Optional(
    Type.Object({ ...ThreadSubscriptionChanges.properties, prev_batch: Type.Optional(Type.String()) }),
  ),
  'org.matrix.msc4354.sticky_events': Type.Optional(JsonObject),
  'org.matrix.msc4262.profiles': Type.Optional(JsonObject),
})
export type SlidingSyncExtensionsResponse = Static<typeof SlidingSyncExtensionsResponse>

/** A user who helps to name a room. */
export const StrippedHero = Type.Object({
  user_id: UserId,
  displayname: Type.Optional(Type.String()),
  avatar_url: Type.Optional(Type.String()),
})
export type StrippedHero = Static<typeof StrippedHero>
