// Presence of users.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { UserId } from '../identifiers.ts'
import { openEnum } from '../open-enum.ts'

/**
 * Sets the presence state and status message of the user.
 * https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3presenceuseridstatus
 */
export const setPresence = endpoint({
  method: 'PUT',
  path: '/_matrix/client/v3/presence/{userId}/status',
  auth: 'user',
  rateLimited: true,
  pathParameters: { userId: UserId },
  body: Type.Object({
    presence: Type.Union([Type.Literal('online'), Type.Literal('offline'), Type.Literal('unavailable')]),
    status_msg: Type.Optional(Type.String()),
  }),
  response: Type.Object({}),
})

/**
 * Returns the presence state of a user.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3presenceuseridstatus
 */
export const getPresence = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/presence/{userId}/status',
  auth: 'user',
  pathParameters: { userId: UserId },
  response: Type.Object({
    presence: openEnum('online', 'offline', 'unavailable'),
    last_active_ago: Type.Optional(Type.Integer()),
    status_msg: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    currently_active: Type.Optional(Type.Boolean()),
  }),
})
