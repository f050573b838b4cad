// Profiles: display name, avatar and further fields.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { UserId } from '../identifiers.ts'
import { JsonObject } from '../json-object.ts'

/**
 * Sets a field of the user's profile.
 * https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3profileuseridkeyname
 */
export const setProfileField = endpoint({
  method: 'PUT',
  path: '/_matrix/client/v3/profile/{userId}/{keyName}',
  auth: 'user',
  rateLimited: true,
  guest: true,
  pathParameters: { userId: UserId },
  body: JsonObject,
  response: Type.Object({}),
})

/**
 * Returns a field of a user's profile.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3profileuseridkeyname
 */
export const getProfileField = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/profile/{userId}/{keyName}',
  auth: 'none',
  pathParameters: { userId: UserId },
  response: JsonObject,
})

/**
 * Removes a field from the user's profile.
 * https://spec.matrix.org/v1.19/client-server-api/#delete_matrixclientv3profileuseridkeyname
 */
export const deleteProfileField = endpoint({
  method: 'DELETE',
  path: '/_matrix/client/v3/profile/{userId}/{keyName}',
  auth: 'user',
  rateLimited: true,
  guest: true,
  since: '1.16',
  pathParameters: { userId: UserId },
  response: Type.Object({}),
})

/** Returns the profile of a user. https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3profileuserid */
export const getUserProfile = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/profile/{userId}',
  auth: 'none',
  pathParameters: { userId: UserId },
  response: Type.Object({
    avatar_url: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    displayname: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    'm.tz': Type.Optional(Type.String()),
  }),
})
