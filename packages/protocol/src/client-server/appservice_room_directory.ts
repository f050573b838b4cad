// The room directories of third-party networks that application services bridge.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomId } from '../identifiers.ts'

/**
 * Lists a room in the directory of a bridged network or takes it out.
 * https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3directorylistappservicenetworkidroomid
 */
export const updateAppserviceRoomDirectoryVisibility = endpoint({
  method: 'PUT',
  path: '/_matrix/client/v3/directory/list/appservice/{networkId}/{roomId}',
  auth: 'appservice',
  pathParameters: { roomId: RoomId },
  body: Type.Object({ visibility: Type.Union([Type.Literal('public'), Type.Literal('private')]) }),
  response: Type.Object({}),
})
