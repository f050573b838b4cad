// The `ci` profile as one table: who may call what, and what everybody else is told. The dispatcher enforces it, and
// docs/reference/ci-profile.md is made from it. What stands in no row is closed.
import type { ErrorCode } from '@myelin/protocol/errors'

/** Which API an operation belongs to: names are unique within one. */
export type Api = 'client' | 'federation' | 'operator'

/** `users`: accounts of this server that are no guests. `servers`: other homeservers that sign their requests. */
export type Audience = 'everybody' | 'users' | 'administrators' | 'servers' | 'nobody'

export interface ProfileRow {
  /** What the operations are for, as the reference page says it. */
  readonly about: string
  readonly api: Api
  readonly openTo: Audience
  readonly operations: readonly string[]
  /** What is answered when the row is open to nobody. */
  readonly refusal?: { readonly errcode: ErrorCode; readonly error: string }
}

const forbidden = (error: string) => ({ errcode: 'M_FORBIDDEN', error }) as const

const openRows: readonly ProfileRow[] = [
  {
    about: 'Finding out about the server',
    api: 'client',
    openTo: 'everybody',
    operations: ['getVersions', 'getWellknown', 'getWellknownSupport', 'getWellknownPolicy'],
  },
  {
    about: 'Logging in',
    api: 'client',
    openTo: 'everybody',
    operations: ['getLoginFlows', 'login', 'refresh'],
  },
  {
    about: 'Finding rooms',
    api: 'client',
    openTo: 'everybody',
    operations: ['getRoomIdByAlias', 'getPublicRooms', 'getRoomVisibilityOnDirectory', 'getRoomSummary'],
  },
  {
    about: 'Seeing names and avatars of users whose ID is known',
    api: 'client',
    openTo: 'everybody',
    operations: ['getUserProfile', 'getProfileField'],
  },
  {
    about: 'Sessions, devices and the own account',
    api: 'client',
    openTo: 'users',
    operations: [
      ...['logout', 'logout_all', 'generateLoginToken', 'getTokenOwner', 'getWhoIs', 'getCapabilities'],
      ...['getDevices', 'getDevice', 'updateDevice', 'deleteDevice', 'deleteDevices'],
      ...['changePassword', 'deactivateAccount', 'setProfileField', 'deleteProfileField'],
      ...['getAccountData', 'setAccountData', 'getAccountDataPerRoom', 'setAccountDataPerRoom'],
      ...['getRoomTags', 'setRoomTag', 'deleteRoomTag', 'defineFilter', 'getFilter'],
    ],
  },
  {
    about: 'Creating public rooms with an alias, and looking after them',
    api: 'client',
    openTo: 'users',
    operations: [
      ...['createRoom', 'upgradeRoom', 'setRoomStateWithKey', 'redactEvent', 'inviteUser', 'kick', 'ban', 'unban'],
      ...['setRoomAlias', 'deleteRoomAlias', 'getLocalAliases', 'setRoomVisibilityOnDirectory', 'queryPublicRooms'],
    ],
  },
  {
    about: 'Joining and leaving rooms',
    api: 'client',
    openTo: 'users',
    operations: ['joinRoom', 'joinRoomById', 'leaveRoom', 'forgetRoom', 'getJoinedRooms'],
  },
  {
    about: 'Sending and reading',
    api: 'client',
    openTo: 'users',
    operations: [
      ...['sendMessage', 'setTyping', 'postReceipt', 'setReadMarker', 'sync', 'getRoomEvents', 'getOneRoomEvent'],
      ...['getEventContext', 'getEventByTimestamp', 'getRoomState', 'getRoomStateWithKey', 'getMembersByRoom'],
      ...['getJoinedMembersByRoom', 'getRelatingEvents', 'getRelatingEventsWithRelType', 'getThreadRoots', 'search'],
      ...['getRelatingEventsWithRelTypeAndEventType', 'getSpaceHierarchy', 'getMutualRooms'],
      ...['initialSync', 'getEvents', 'peekEvents', 'getOneEvent', 'roomInitialSync'],
    ],
  },
  {
    about: 'Notifications',
    api: 'client',
    openTo: 'users',
    operations: [
      ...['getNotifications', 'getPushers', 'postPusher', 'getPushRules', 'getPushRulesGlobal', 'getPushRule'],
      ...['setPushRule', 'deletePushRule', 'getPushRuleActions', 'setPushRuleActions'],
      ...['isPushRuleEnabled', 'setPushRuleEnabled'],
    ],
  },
  {
    about: 'End-to-end encryption',
    api: 'client',
    openTo: 'users',
    operations: [
      ...['uploadKeys', 'queryKeys', 'claimKeys', 'getKeysChanges', 'sendToDevice'],
      ...['uploadCrossSigningKeys', 'uploadCrossSigningSignatures', 'postRoomKeysVersion', 'getRoomKeysVersion'],
      ...['getRoomKeysVersionCurrent', 'putRoomKeysVersion', 'deleteRoomKeysVersion', 'putRoomKeys', 'getRoomKeys'],
      ...['deleteRoomKeys', 'putRoomKeysByRoomId', 'getRoomKeysByRoomId', 'deleteRoomKeysByRoomId'],
      ...['putRoomKeyBySessionId', 'getRoomKeyBySessionId', 'deleteRoomKeyBySessionId'],
    ],
  },
  {
    about: 'Uploading files and downloading them',
    api: 'client',
    openTo: 'users',
    operations: [
      ...['createContent', 'uploadContent', 'uploadContentToMXC', 'getConfig', 'getConfigAuthed'],
      ...['getContentAuthed', 'getContentOverrideNameAuthed', 'getContentThumbnailAuthed'],
    ],
  },
  {
    about: 'Reporting',
    api: 'client',
    openTo: 'users',
    operations: ['reportEvent', 'reportRoom', 'reportUser'],
  },
  {
    about: 'Locking and suspending accounts',
    api: 'client',
    openTo: 'administrators',
    operations: ['getAdminLockUser', 'setAdminLockUser', 'getAdminSuspendUser', 'setAdminSuspendUser'],
  },
]

const closedRows: readonly ProfileRow[] = [
  {
    about: 'Registration, guests included',
    api: 'client',
    openTo: 'nobody',
    operations: [
      ...['register', 'checkUsernameAvailability', 'registrationTokenValidity'],
      ...['requestTokenToRegisterEmail', 'requestTokenToRegisterMSISDN'],
    ],
    refusal: forbidden('Registration is disabled: accounts of this server are made by its operator'),
  },
  {
    about: 'Presence',
    api: 'client',
    openTo: 'nobody',
    operations: ['getPresence', 'setPresence'],
    refusal: forbidden('Presence is disabled on this server'),
  },
  {
    about: 'Searching for users',
    api: 'client',
    openTo: 'nobody',
    operations: ['searchUserDirectory'],
    refusal: forbidden('The user directory is disabled on this server'),
  },
  {
    about: 'Knocking',
    api: 'client',
    openTo: 'nobody',
    operations: ['knockRoom'],
    refusal: forbidden('Rooms of this server are public: there is nothing to knock on'),
  },
  {
    about: 'Downloads without an access token',
    api: 'client',
    openTo: 'nobody',
    operations: ['getContent', 'getContentOverrideName', 'getContentThumbnail'],
    refusal: { errcode: 'M_NOT_FOUND', error: 'Media needs an access token: /_matrix/client/v1/media' },
  },
  {
    about: 'Previews of URLs',
    api: 'client',
    openTo: 'nobody',
    operations: ['getUrlPreview', 'getUrlPreviewAuthed'],
    refusal: forbidden('URL previews are disabled on this server'),
  },
  {
    about: 'Email addresses and phone numbers',
    api: 'client',
    openTo: 'nobody',
    operations: [
      ...['getAccount3PIDs', 'post3PIDs', 'add3PID', 'bind3PID', 'delete3pidFromAccount', 'unbind3pidFromAccount'],
      ...['requestTokenTo3PIDEmail', 'requestTokenTo3PIDMSISDN', 'inviteBy3PID'],
      ...['requestTokenToResetPasswordEmail', 'requestTokenToResetPasswordMSISDN'],
    ],
    refusal: { errcode: 'M_THREEPID_DENIED', error: 'This server keeps no email addresses and phone numbers' },
  },
  {
    about: 'Single sign-on and OAuth 2.0',
    api: 'client',
    openTo: 'nobody',
    operations: ['redirectToSSO', 'redirectToIdP', 'getAuthMetadata'],
    refusal: { errcode: 'M_UNRECOGNIZED', error: 'Users of this server log in with a password' },
  },
  {
    about: 'Calls, OpenID, bridges and application services',
    api: 'client',
    openTo: 'nobody',
    operations: [
      ...['getTurnServer', 'requestOpenIdToken', 'pingAppservice', 'updateAppserviceRoomDirectoryVisibility'],
      ...['getProtocols', 'getProtocolMetadata', 'queryLocationByAlias', 'queryLocationByProtocol'],
      ...['queryUserByID', 'queryUserByProtocol'],
    ],
    refusal: forbidden('This is disabled on this server'),
  },
]

const federationRows: readonly ProfileRow[] = [
  {
    about: 'Finding the server and its keys',
    api: 'federation',
    openTo: 'everybody',
    operations: [
      ...['getVersion', 'getWellKnown', 'getServerKey', 'getServerKeyById'],
      ...['perspectivesKeyQuery', 'bulkPerspectivesKeyQuery'],
    ],
  },
  {
    about: 'Finding rooms and names',
    api: 'federation',
    openTo: 'servers',
    operations: [
      ...['getPublicRooms', 'queryPublicRooms', 'queryRoomDirectory', 'queryProfile', 'queryInfo'],
      ...['getSpaceHierarchy'],
    ],
  },
  {
    about: 'Joining and leaving public rooms',
    api: 'federation',
    openTo: 'servers',
    operations: ['makeJoin', 'sendJoinV1', 'sendJoinV2', 'makeLeave', 'sendLeaveV1', 'sendLeaveV2'],
  },
  {
    about: "Reading, and sending what the room's power levels let them",
    api: 'federation',
    openTo: 'servers',
    operations: [
      ...['sendTransaction', 'backfillRoom', 'getMissingPreviousEvents', 'getEvent', 'getEventAuth'],
      ...['getRoomState', 'getRoomStateIds', 'getEventByTimestamp', 'getContent', 'getContentThumbnail'],
    ],
  },
  {
    about: 'End-to-end encryption',
    api: 'federation',
    openTo: 'servers',
    operations: ['getUserDevices', 'queryUserEncryptionKeys', 'claimUserEncryptionKeys'],
  },
  {
    about: 'Inviting users of this server',
    api: 'federation',
    openTo: 'nobody',
    operations: [
      'sendInviteV1',
      'sendInviteV2',
      'exchangeThirdPartyInvite',
      'onBindThirdPartyIdentifier',
      'postThirdPartyIdentifierBound',
    ],
    refusal: forbidden('Users of this server cannot be invited to rooms of other servers'),
  },
  {
    about: 'Knocking',
    api: 'federation',
    openTo: 'nobody',
    operations: ['makeKnock', 'sendKnock'],
    refusal: forbidden('Rooms of this server are public: there is nothing to knock on'),
  },
  {
    about: 'OpenID',
    api: 'federation',
    openTo: 'nobody',
    operations: ['exchangeOpenIdToken'],
    refusal: { errcode: 'M_UNKNOWN_TOKEN', error: 'This server gives out no OpenID tokens' },
  },
  {
    about: 'Policy servers',
    api: 'federation',
    openTo: 'nobody',
    operations: ['askPolicyServerToSign', 'askPolicyServerToSignMsc4284'],
    refusal: forbidden('This is no policy server'),
  },
]

const operatorRows: readonly ProfileRow[] = [
  {
    about: 'Watching the server; metrics only from the same machine',
    api: 'operator',
    openTo: 'everybody',
    operations: ['getHealth', 'getMetrics'],
  },
  {
    about: 'Delivering to webhooks that an administrator or a moderator made',
    api: 'operator',
    openTo: 'everybody',
    operations: ['deliverToWebhook'],
  },
  {
    about: 'Registration with the shared secret, where one is configured',
    api: 'operator',
    openTo: 'everybody',
    operations: ['getRegistrationNonce', 'registerWithSharedSecret'],
  },
]

/** Every row. The rest of the operator's API, `/_myelin/admin/`, is open to administrators. */
export const ciProfile: readonly ProfileRow[] = [...openRows, ...closedRows, ...federationRows, ...operatorRows]
