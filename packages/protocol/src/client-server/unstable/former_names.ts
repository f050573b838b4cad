// Stable endpoints by the names they had before, which clients in the field still call.
import { Type } from 'typebox'
import { endpoint } from '../../endpoint.ts'
import { UserId } from '../../identifiers.ts'
import { RoomSummary } from '../definitions/room_summary.ts'
import { getAdminLockUser, getAdminSuspendUser, setAdminLockUser, setAdminSuspendUser } from '../admin.ts'
import { generateLoginToken } from '../login_token.ts'
import { getMutualRooms } from '../mutual_rooms.ts'
import { getAuthMetadata } from '../oauth_server_metadata.ts'
import { deleteProfileField, getProfileField, getUserProfile, setProfileField } from '../profile.ts'
import { reportRoom, reportUser } from '../report_content.ts'
import { getEventByTimestamp } from '../room_event_by_timestamp.ts'
import { getRoomSummary } from '../room_summary.ts'
import { getSpaceHierarchy } from '../space_hierarchy.ts'
import { getThreadRoots } from '../threads_list.ts'

/**
 * MSC2965: metadata of the OAuth 2.0 server.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/2965
 */
export const getAuthMetadataMsc2965 = endpoint({
  ...getAuthMetadata,
  path: '/_matrix/client/unstable/org.matrix.msc2965/auth_metadata',
})

/**
 * MSC2965, older: the issuer alone.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/2965
 */
export const getAuthIssuerMsc2965 = endpoint({
  method: 'GET',
  path: '/_matrix/client/unstable/org.matrix.msc2965/auth_issuer',
  auth: 'none',
  response: Type.Object({ issuer: Type.String() }),
})

const roomSummary = Type.Object({
  ...RoomSummary.properties,
  membership: Type.Optional(Type.String()),
  'im.nheko.summary.room_version': Type.Optional(Type.String()),
  'im.nheko.summary.encryption': Type.Optional(Type.String()),
})

/**
 * MSC3266: summary of a room.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/3266
 */
export const getRoomSummaryMsc3266 = endpoint({
  ...getRoomSummary,
  path: '/_matrix/client/unstable/im.nheko.summary/summary/{roomIdOrAlias}',
  response: roomSummary,
})

/**
 * MSC3266, older: summary of a room.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/3266
 */
export const getRoomSummaryByRoomMsc3266 = endpoint({
  ...getRoomSummary,
  path: '/_matrix/client/unstable/im.nheko.summary/rooms/{roomIdOrAlias}/summary',
  response: roomSummary,
})

const profile = '/_matrix/client/unstable/uk.tcpip.msc4133/profile/{userId}' as const

/**
 * MSC4133: profile of a user.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/4133
 */
export const getUserProfileMsc4133 = endpoint({ ...getUserProfile, path: profile })

/**
 * MSC4133: a field of a profile.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/4133
 */
export const getProfileFieldMsc4133 = endpoint({ ...getProfileField, path: `${profile}/{keyName}` })

/**
 * MSC4133: sets a field of a profile.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/4133
 */
export const setProfileFieldMsc4133 = endpoint({ ...setProfileField, path: `${profile}/{keyName}` })

/**
 * MSC4133: removes a field of a profile.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/4133
 */
export const deleteProfileFieldMsc4133 = endpoint({ ...deleteProfileField, path: `${profile}/{keyName}` })

/**
 * MSC2666: rooms shared with a user; pages go by `batch_token` and `next_batch_token`.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/2666
 */
export const getMutualRoomsMsc2666 = endpoint({
  ...getMutualRooms,
  path: '/_matrix/client/unstable/uk.half-shot.msc2666/user/mutual_rooms',
  query: Type.Object({ user_id: UserId, batch_token: Type.Optional(Type.String()) }),
  response: Type.Object({
    joined: Type.Array(Type.String()),
    count: Type.Optional(Type.Integer()),
    next_batch_token: Type.Optional(Type.String()),
  }),
})

/**
 * MSC3030: the event closest to a time.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/3030
 */
export const getEventByTimestampMsc3030 = endpoint({
  ...getEventByTimestamp,
  path: '/_matrix/client/unstable/org.matrix.msc3030/rooms/{roomId}/timestamp_to_event',
})

/**
 * MSC3882: a login token.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/3882
 */
export const generateLoginTokenMsc3882 = endpoint({
  ...generateLoginToken,
  path: '/_matrix/client/unstable/org.matrix.msc3882/login/token',
})

/**
 * MSC2946: the tree of a space.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/2946
 */
export const getSpaceHierarchyMsc2946 = endpoint({
  ...getSpaceHierarchy,
  path: '/_matrix/client/unstable/org.matrix.msc2946/rooms/{roomId}/hierarchy',
})

/**
 * MSC3856: the threads of a room.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/3856
 */
export const getThreadRootsMsc3856 = endpoint({
  ...getThreadRoots,
  path: '/_matrix/client/unstable/org.matrix.msc3856/rooms/{roomId}/threads',
})

/**
 * MSC4151: reports a room.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/4151
 */
export const reportRoomMsc4151 = endpoint({
  ...reportRoom,
  path: '/_matrix/client/unstable/org.matrix.msc4151/rooms/{roomId}/report',
})

/**
 * MSC4260: reports a user.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/4260
 */
export const reportUserMsc4260 = endpoint({
  ...reportUser,
  path: '/_matrix/client/unstable/org.matrix.msc4260/users/{userId}/report',
})

const moderation = '/_matrix/client/unstable/uk.timedout.msc4323/admin' as const

/**
 * MSC4323: whether a user is suspended.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/4323
 */
export const getAdminSuspendUserMsc4323 = endpoint({ ...getAdminSuspendUser, path: `${moderation}/suspend/{userId}` })

/**
 * MSC4323: suspends a user.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/4323
 */
export const setAdminSuspendUserMsc4323 = endpoint({ ...setAdminSuspendUser, path: `${moderation}/suspend/{userId}` })

/**
 * MSC4323: whether a user is locked.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/4323
 */
export const getAdminLockUserMsc4323 = endpoint({ ...getAdminLockUser, path: `${moderation}/lock/{userId}` })

/**
 * MSC4323: locks a user.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/4323
 */
export const setAdminLockUserMsc4323 = endpoint({ ...setAdminLockUser, path: `${moderation}/lock/{userId}` })
