// Every file of server-server endpoint definitions by name: what routing, conformance and the reference are made from.
import * as backfill from './backfill.ts'
import * as contentRepository from './content_repository.ts'
import * as eventAuth from './event_auth.ts'
import * as events from './events.ts'
import * as invitesV1 from './invites-v1.ts'
import * as invitesV2 from './invites-v2.ts'
import * as joinsV1 from './joins-v1.ts'
import * as joinsV2 from './joins-v2.ts'
import * as keysQuery from './keys_query.ts'
import * as keysServer from './keys_server.ts'
import * as knocks from './knocks.ts'
import * as leavingV1 from './leaving-v1.ts'
import * as leavingV2 from './leaving-v2.ts'
import * as legacy from './legacy.ts'
import * as openid from './openid.ts'
import * as publicRooms from './public_rooms.ts'
import * as query from './query.ts'
import * as roomPolicy from './room_policy.ts'
import * as spaceHierarchy from './space_hierarchy.ts'
import * as thirdPartyInvite from './third_party_invite.ts'
import * as transactions from './transactions.ts'
import * as userDevices from './user_devices.ts'
import * as userKeys from './user_keys.ts'
import * as version from './version.ts'
import * as wellknown from './wellknown.ts'

/** Endpoint definitions by the name of their file. */
export const serverServerGroups = {
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
