// Aliases that come into being when somebody asks for them.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomAlias } from '../identifiers.ts'

/**
 * Tells whether an alias exists; the application service makes the room before it answers.
 * https://spec.matrix.org/v1.19/application-service-api/#get_matrixappv1roomsroomalias
 */
export const queryRoomByAlias = endpoint({
  method: 'GET',
  path: '/_matrix/app/v1/rooms/{roomAlias}',
  auth: 'hs_token',
  pathParameters: { roomAlias: RoomAlias },
  response: Type.Object({}),
})
