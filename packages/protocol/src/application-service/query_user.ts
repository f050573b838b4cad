// Users that come into being when somebody asks for them.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { UserId } from '../identifiers.ts'

/**
 * Tells whether a user exists; the application service makes the user before it answers.
 * https://spec.matrix.org/v1.19/application-service-api/#get_matrixappv1usersuserid
 */
export const queryUserById = endpoint({
  method: 'GET',
  path: '/_matrix/app/v1/users/{userId}',
  auth: 'hs_token',
  pathParameters: { userId: UserId },
  response: Type.Object({}),
})
