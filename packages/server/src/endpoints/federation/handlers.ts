// The handlers of the server-server API by the name of the specification's file: the list that is served.
import { handlers as backfill } from './backfill.ts'
import { handlers as contentRepository } from './content_repository.ts'
import { handlers as eventAuth } from './event_auth.ts'
import { handlers as events } from './events.ts'
import { handlers as invitesV1 } from './invites-v1.ts'
import { handlers as invitesV2 } from './invites-v2.ts'
import { handlers as joinsV1 } from './joins-v1.ts'
import { handlers as joinsV2 } from './joins-v2.ts'
import { handlers as keysQuery } from './keys_query.ts'
import { handlers as keysServer } from './keys_server.ts'
import { handlers as knocks } from './knocks.ts'
import { handlers as leavingV1 } from './leaving-v1.ts'
import { handlers as leavingV2 } from './leaving-v2.ts'
import { handlers as legacy } from './legacy.ts'
import { handlers as openid } from './openid.ts'
import { handlers as publicRooms } from './public_rooms.ts'
import { handlers as query } from './query.ts'
import { handlers as roomPolicy } from './room_policy.ts'
import { handlers as spaceHierarchy } from './space_hierarchy.ts'
import { handlers as thirdPartyInvite } from './third_party_invite.ts'
import { handlers as transactions } from './transactions.ts'
import { handlers as userDevices } from './user_devices.ts'
import { handlers as userKeys } from './user_keys.ts'
import { handlers as version } from './version.ts'
import { handlers as wellknown } from './wellknown.ts'

/** Handlers by group of definitions. */
export const federationHandlers = {
  backfill,
  content_repository: contentRepository,
  event_auth: eventAuth,
  events,
  'invites-v1': invitesV1,
  'invites-v2': invitesV2,
  'joins-v1': joinsV1,
  'joins-v2': joinsV2,
  keys_query: keysQuery,
  keys_server: keysServer,
  knocks,
  'leaving-v1': leavingV1,
  'leaving-v2': leavingV2,
  legacy,
  openid,
  public_rooms: publicRooms,
  query,
  room_policy: roomPolicy,
  space_hierarchy: spaceHierarchy,
  third_party_invite: thirdPartyInvite,
  transactions,
  user_devices: userDevices,
  user_keys: userKeys,
  version,
  wellknown,
} as const
