// Server-side backups of room keys.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomId } from '../identifiers.ts'
import { JsonObject } from '../json-object.ts'
import { mapOf } from '../map-of.ts'
import { openEnum } from '../open-enum.ts'
import { KeyBackupData } from './definitions/key_backup_data.ts'
import { RoomKeyBackup } from './definitions/room_key_backup.ts'

/** Creates a backup version. https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3room_keysversion */
export const postRoomKeysVersion = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/room_keys/version',
  auth: 'user',
  rateLimited: true,
  since: '1.1',
  body: Type.Object({ algorithm: Type.Literal('m.megolm_backup.v1.curve25519-aes-sha2'), auth_data: JsonObject }),
  response: Type.Object({ version: Type.String() }),
})

/**
 * Describes the latest backup version.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3room_keysversion
 */
export const getRoomKeysVersionCurrent = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/room_keys/version',
  auth: 'user',
  rateLimited: true,
  since: '1.1',
  response: Type.Object({
    algorithm: openEnum('m.megolm_backup.v1.curve25519-aes-sha2'),
    auth_data: JsonObject,
    count: Type.Integer(),
    etag: Type.String(),
    version: Type.String(),
  }),
})

/**
 * Describes a backup version.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3room_keysversionversion
 */
export const getRoomKeysVersion = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/room_keys/version/{version}',
  auth: 'user',
  rateLimited: true,
  since: '1.1',
  response: Type.Object({
    algorithm: openEnum('m.megolm_backup.v1.curve25519-aes-sha2'),
    auth_data: JsonObject,
    count: Type.Integer(),
    etag: Type.String(),
    version: Type.String(),
  }),
})

/**
 * Changes the auth data of a backup version.
 * https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3room_keysversionversion
 */
export const putRoomKeysVersion = endpoint({
  method: 'PUT',
  path: '/_matrix/client/v3/room_keys/version/{version}',
  auth: 'user',
  rateLimited: true,
  since: '1.1',
  body: Type.Object({
    algorithm: Type.Literal('m.megolm_backup.v1.curve25519-aes-sha2'),
    auth_data: JsonObject,
    version: Type.Optional(Type.String()),
  }),
  response: Type.Object({}),
})

/**
 * Deletes a backup version with all its keys.
 * https://spec.matrix.org/v1.19/client-server-api/#delete_matrixclientv3room_keysversionversion
 */
export const deleteRoomKeysVersion = endpoint({
  method: 'DELETE',
  path: '/_matrix/client/v3/room_keys/version/{version}',
  auth: 'user',
  rateLimited: true,
  since: '1.1',
  response: Type.Object({}),
})

/**
 * Stores the key of one session in the backup.
 * https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3room_keyskeysroomidsessionid
 */
export const putRoomKeyBySessionId = endpoint({
  method: 'PUT',
  path: '/_matrix/client/v3/room_keys/keys/{roomId}/{sessionId}',
  auth: 'user',
  rateLimited: true,
  since: '1.1',
  pathParameters: { roomId: RoomId },
  query: Type.Object({ version: Type.String() }),
  body: KeyBackupData,
  response: Type.Object({ etag: Type.String(), count: Type.Integer() }),
})

/**
 * Reads the key of one session from the backup.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3room_keyskeysroomidsessionid
 */
export const getRoomKeyBySessionId = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/room_keys/keys/{roomId}/{sessionId}',
  auth: 'user',
  rateLimited: true,
  since: '1.1',
  pathParameters: { roomId: RoomId },
  query: Type.Object({ version: Type.String() }),
  response: KeyBackupData,
})

/**
 * Deletes the key of one session from the backup.
 * https://spec.matrix.org/v1.19/client-server-api/#delete_matrixclientv3room_keyskeysroomidsessionid
 */
export const deleteRoomKeyBySessionId = endpoint({
  method: 'DELETE',
  path: '/_matrix/client/v3/room_keys/keys/{roomId}/{sessionId}',
  auth: 'user',
  rateLimited: true,
  since: '1.1',
  pathParameters: { roomId: RoomId },
  query: Type.Object({ version: Type.String() }),
  response: Type.Object({ etag: Type.String(), count: Type.Integer() }),
})

/**
 * Stores keys of one room in the backup.
 * https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3room_keyskeysroomid
 */
export const putRoomKeysByRoomId = endpoint({
  method: 'PUT',
  path: '/_matrix/client/v3/room_keys/keys/{roomId}',
  auth: 'user',
  rateLimited: true,
  since: '1.1',
  pathParameters: { roomId: RoomId },
  query: Type.Object({ version: Type.String() }),
  body: RoomKeyBackup,
  response: Type.Object({ etag: Type.String(), count: Type.Integer() }),
})

/**
 * Reads the keys of one room from the backup.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3room_keyskeysroomid
 */
export const getRoomKeysByRoomId = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/room_keys/keys/{roomId}',
  auth: 'user',
  rateLimited: true,
  since: '1.1',
  pathParameters: { roomId: RoomId },
  query: Type.Object({ version: Type.String() }),
  response: RoomKeyBackup,
})

/**
 * Deletes the keys of one room from the backup.
 * https://spec.matrix.org/v1.19/client-server-api/#delete_matrixclientv3room_keyskeysroomid
 */
export const deleteRoomKeysByRoomId = endpoint({
  method: 'DELETE',
  path: '/_matrix/client/v3/room_keys/keys/{roomId}',
  auth: 'user',
  rateLimited: true,
  since: '1.1',
  pathParameters: { roomId: RoomId },
  query: Type.Object({ version: Type.String() }),
  response: Type.Object({ etag: Type.String(), count: Type.Integer() }),
})

/**
 * Stores keys of several rooms in the backup.
 * https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3room_keyskeys
 */
export const putRoomKeys = endpoint({
  method: 'PUT',
  path: '/_matrix/client/v3/room_keys/keys',
  auth: 'user',
  rateLimited: true,
  since: '1.1',
  query: Type.Object({ version: Type.String() }),
  body: Type.Object({ rooms: mapOf(RoomKeyBackup) }),
  response: Type.Object({ etag: Type.String(), count: Type.Integer() }),
})

/** Reads all keys of the backup. https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3room_keyskeys */
export const getRoomKeys = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/room_keys/keys',
  auth: 'user',
  rateLimited: true,
  since: '1.1',
  query: Type.Object({ version: Type.String() }),
  response: Type.Object({ rooms: mapOf(RoomKeyBackup) }),
})

/**
 * Deletes all keys of the backup.
 * https://spec.matrix.org/v1.19/client-server-api/#delete_matrixclientv3room_keyskeys
 */
export const deleteRoomKeys = endpoint({
  method: 'DELETE',
  path: '/_matrix/client/v3/room_keys/keys',
  auth: 'user',
  rateLimited: true,
  since: '1.1',
  query: Type.Object({ version: Type.String() }),
  response: Type.Object({ etag: Type.String(), count: Type.Integer() }),
})
