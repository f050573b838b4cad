// Server administration: sessions of a user, suspending and locking accounts.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { UserId } from '../identifiers.ts'
import { mapOf } from '../map-of.ts'

/**
 * Tells where a user is connected from, by device.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3adminwhoisuserid
 */
export const getWhoIs = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/admin/whois/{userId}',
  auth: 'user',
  pathParameters: { userId: UserId },
  response: Type.Object({
    user_id: Type.Optional(UserId),
    devices: Type.Optional(
      mapOf(
        Type.Object({
          sessions: Type.Optional(
            Type.Array(
              Type.Object({
                connections: Type.Optional(
                  Type.Array(
                    Type.Object({
                      ip: Type.Optional(Type.String()),
                      last_seen: Type.Optional(Type.Integer()),
                      user_agent: Type.Optional(Type.String()),
                    }),
                  ),
                ),
              }),
            ),
          ),
        }),
      ),
    ),
  }),
})

/**
 * Tells whether a user is suspended.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1adminsuspenduserid
 */
export const getAdminSuspendUser = endpoint({
  method: 'GET',
  path: '/_matrix/client/v1/admin/suspend/{userId}',
  auth: 'user',
  since: '1.18',
  pathParameters: { userId: UserId },
  response: Type.Object({ suspended: Type.Boolean() }),
})

/**
 * Suspends a user or lifts the suspension.
 * https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv1adminsuspenduserid
 */
export const setAdminSuspendUser = endpoint({
  method: 'PUT',
  path: '/_matrix/client/v1/admin/suspend/{userId}',
  auth: 'user',
  since: '1.18',
  pathParameters: { userId: UserId },
  body: Type.Object({ suspended: Type.Boolean() }),
  response: Type.Object({ suspended: Type.Boolean() }),
})

/**
 * Tells whether a user is locked.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1adminlockuserid
 */
export const getAdminLockUser = endpoint({
  method: 'GET',
  path: '/_matrix/client/v1/admin/lock/{userId}',
  auth: 'user',
  since: '1.18',
  pathParameters: { userId: UserId },
  response: Type.Object({ locked: Type.Boolean() }),
})

/**
 * Locks a user or lifts the lock.
 * https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv1adminlockuserid
 */
export const setAdminLockUser = endpoint({
  method: 'PUT',
  path: '/_matrix/client/v1/admin/lock/{userId}',
  auth: 'user',
  since: '1.18',
  pathParameters: { userId: UserId },
  body: Type.Object({ locked: Type.Boolean() }),
  response: Type.Object({ locked: Type.Boolean() }),
})
