// The handlers of the client-server API by the name of the specification's file: the list that is served.
import { handlers as accountData } from './account-data.ts'
import { handlers as accountDeactivation } from './account_deactivation.ts'
import { handlers as admin } from './admin.ts'
import { handlers as administrativeContact } from './administrative_contact.ts'
import { handlers as authedContentRepo } from './authed-content-repo.ts'
import { handlers as banning } from './banning.ts'
import { handlers as capabilities } from './capabilities.ts'
import { handlers as contentRepo } from './content-repo.ts'
import { handlers as createRoom } from './create_room.ts'
import { handlers as crossSigning } from './cross_signing.ts'
import { handlers as deviceManagement } from './device_management.ts'
import { handlers as directory } from './directory.ts'
import { handlers as eventContext } from './event_context.ts'
import { handlers as filter } from './filter.ts'
import { handlers as inviting } from './inviting.ts'
import { handlers as joining } from './joining.ts'
import { handlers as keyBackup } from './key_backup.ts'
import { handlers as keys } from './keys.ts'
import { handlers as kicking } from './kicking.ts'
import { handlers as knocking } from './knocking.ts'
import { handlers as leaving } from './leaving.ts'
import { handlers as listJoinedRooms } from './list_joined_rooms.ts'
import { handlers as listPublicRooms } from './list_public_rooms.ts'
import { handlers as login } from './login.ts'
import { handlers as loginToken } from './login_token.ts'
import { handlers as logout } from './logout.ts'
import { handlers as messagePagination } from './message_pagination.ts'
import { handlers as mutualRooms } from './mutual_rooms.ts'
import { handlers as notifications } from './notifications.ts'
import { handlers as openid } from './openid.ts'
import { handlers as passwordManagement } from './password_management.ts'
import { handlers as policyServer } from './policy_server.ts'
import { handlers as presence } from './presence.ts'
import { handlers as profile } from './profile.ts'
import { handlers as pusher } from './pusher.ts'
import { handlers as pushrules } from './pushrules.ts'
import { handlers as readMarkers } from './read_markers.ts'
import { handlers as receipts } from './receipts.ts'
import { handlers as redaction } from './redaction.ts'
import { handlers as refresh } from './refresh.ts'
import { handlers as registration } from './registration.ts'
import { handlers as registrationTokens } from './registration_tokens.ts'
import { handlers as relations } from './relations.ts'
import { handlers as roomEventByTimestamp } from './room_event_by_timestamp.ts'
import { handlers as roomSend } from './room_send.ts'
import { handlers as roomState } from './room_state.ts'
import { handlers as roomSummary } from './room_summary.ts'
import { handlers as roomUpgrades } from './room_upgrades.ts'
import { handlers as rooms } from './rooms.ts'
import { handlers as spaceHierarchy } from './space_hierarchy.ts'
import { handlers as support } from './support.ts'
import { handlers as sync } from './sync.ts'
import { handlers as tags } from './tags.ts'
import { handlers as threadsList } from './threads_list.ts'
import { handlers as toDevice } from './to_device.ts'
import { handlers as typing } from './typing.ts'
import { handlers as versions } from './versions.ts'
import { handlers as wellknown } from './wellknown.ts'
import { handlers as whoami } from './whoami.ts'

export const clientHandlers = {
  'account-data': accountData,
  account_deactivation: accountDeactivation,
  admin,
  administrative_contact: administrativeContact,
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
  openid,
  password_management: passwordManagement,
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
  room_event_by_timestamp: roomEventByTimestamp,
  room_send: roomSend,
  room_state: roomState,
  room_summary: roomSummary,
  room_upgrades: roomUpgrades,
  rooms,
  space_hierarchy: spaceHierarchy,
  support,
  sync,
  tags,
  threads_list: threadsList,
  to_device: toDevice,
  typing,
  versions,
  wellknown,
  whoami,
} as const
