// Every file of client-server endpoint definitions by name: what routing, conformance and the reference are made from.
import * as accountData from './account-data.ts'
import * as accountDeactivation from './account_deactivation.ts'
import * as admin from './admin.ts'
import * as administrativeContact from './administrative_contact.ts'
import * as appservicePing from './appservice_ping.ts'
import * as appserviceRoomDirectory from './appservice_room_directory.ts'
import * as authedContentRepo from './authed-content-repo.ts'
import * as banning from './banning.ts'
import * as capabilities from './capabilities.ts'
import * as contentRepo from './content-repo.ts'
import * as createRoom from './create_room.ts'
import * as crossSigning from './cross_signing.ts'
import * as deviceManagement from './device_management.ts'
import * as directory from './directory.ts'
import * as eventContext from './event_context.ts'
import * as filter from './filter.ts'
import * as inviting from './inviting.ts'
import * as joining from './joining.ts'
import * as keyBackup from './key_backup.ts'
import * as keys from './keys.ts'
import * as kicking from './kicking.ts'
import * as knocking from './knocking.ts'
import * as leaving from './leaving.ts'
import * as listJoinedRooms from './list_joined_rooms.ts'
import * as listPublicRooms from './list_public_rooms.ts'
import * as login from './login.ts'
import * as loginToken from './login_token.ts'
import * as logout from './logout.ts'
import * as messagePagination from './message_pagination.ts'
import * as mutualRooms from './mutual_rooms.ts'
import * as notifications from './notifications.ts'
import * as oauthServerMetadata from './oauth_server_metadata.ts'
import * as oldSync from './old_sync.ts'
import * as openid from './openid.ts'
import * as passwordManagement from './password_management.ts'
import * as peekingEvents from './peeking_events.ts'
import * as policyServer from './policy_server.ts'
import * as presence from './presence.ts'
import * as profile from './profile.ts'
import * as pusher from './pusher.ts'
import * as pushrules from './pushrules.ts'
import * as readMarkers from './read_markers.ts'
import * as receipts from './receipts.ts'
import * as redaction from './redaction.ts'
import * as refresh from './refresh.ts'
import * as registration from './registration.ts'
import * as registrationTokens from './registration_tokens.ts'
import * as relations from './relations.ts'
import * as reportContent from './report_content.ts'
import * as roomEventByTimestamp from './room_event_by_timestamp.ts'
import * as roomInitialSync from './room_initial_sync.ts'
import * as roomSend from './room_send.ts'
import * as roomState from './room_state.ts'
import * as roomSummary from './room_summary.ts'
import * as roomUpgrades from './room_upgrades.ts'
import * as rooms from './rooms.ts'
import * as search from './search.ts'
import * as spaceHierarchy from './space_hierarchy.ts'
import * as ssoLoginRedirect from './sso_login_redirect.ts'
import * as support from './support.ts'
import * as sync from './sync.ts'
import * as tags from './tags.ts'
import * as thirdPartyLookup from './third_party_lookup.ts'
import * as thirdPartyMembership from './third_party_membership.ts'
import * as threadsList from './threads_list.ts'
import * as toDevice from './to_device.ts'
import * as typing from './typing.ts'
import * as users from './users.ts'
import * as versions from './versions.ts'
import * as voip from './voip.ts'
import * as wellknown from './wellknown.ts'
import * as whoami from './whoami.ts'

/** Groups of endpoints by the name of the specification's file that describes them. */
export const clientServerGroups = {
  'account-data': accountData,
  account_deactivation: accountDeactivation,
  admin,
  administrative_contact: administrativeContact,
  appservice_ping: appservicePing,
  appservice_room_directory: appserviceRoomDirectory,
  'authed-content-repo': authedContentRepo,
  banning,
  capabilities,
  'content-repo': contentRepo,
  create_room: createRoom,
  cross_signing: crossSigning,
  device_management: deviceManagement,
  directory,
  event_context: eventContext,
  filter,
  inviting,
  joining,
  key_backup: keyBackup,
  keys,
  kicking,
  knocking,
  leaving,
  list_joined_rooms: listJoinedRooms,
  list_public_rooms: listPublicRooms,
  login,
  login_token: loginToken,
  logout,
  message_pagination: messagePagination,
  mutual_rooms: mutualRooms,
  notifications,
  oauth_server_metadata: oauthServerMetadata,
  old_sync: oldSync,
  openid,
  password_management: passwordManagement,
  peeking_events: peekingEvents,
  policy_server: policyServer,
  presence,
  profile,
  pusher,
  pushrules,
  read_markers: readMarkers,
  receipts,
  redaction,
  refresh,
  registration,
  registration_tokens: registrationTokens,
  relations,
  report_content: reportContent,
  room_event_by_timestamp: roomEventByTimestamp,
  room_initial_sync: roomInitialSync,
  room_send: roomSend,
  room_state: roomState,
  room_summary: roomSummary,
  room_upgrades: roomUpgrades,
  rooms,
  search,
  space_hierarchy: spaceHierarchy,
  sso_login_redirect: ssoLoginRedirect,
  support,
  sync,
  tags,
  third_party_lookup: thirdPartyLookup,
  third_party_membership: thirdPartyMembership,
  threads_list: threadsList,
  to_device: toDevice,
  typing,
  users,
  versions,
  voip,
  wellknown,
  whoami,
} as const
