// Endpoints that left the specification, or never were in it, and are asked for by servers as they are.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventId, RoomId } from '../identifiers.ts'
import { ServerKeys } from './definitions/keys.ts'
import { MembershipEvent } from './definitions/membership_event.ts'
import { Pdu } from './definitions/pdu.ts'
import { askPolicyServerToSign } from './room_policy.ts'
import { onBindThirdPartyIdentifier } from './third_party_invite.ts'

/**
 * Takes a join event, first form: the answer is a pair with a status code. Removed in 1.18.
 * https://spec.matrix.org/v1.17/server-server-api/#put_matrixfederationv1send_joinroomideventid
 */
export const sendJoinV1 = endpoint({
  method: 'PUT',
  path: '/_matrix/federation/v1/send_join/{roomId}/{eventId}',
  auth: 'X-Matrix',
  deprecated: '1.0',
  serverAcl: true,
  pathParameters: { roomId: RoomId, eventId: EventId },
  body: MembershipEvent,
  response: Type.Tuple([
    Type.Integer(),
    Type.Object({ origin: Type.Optional(Type.String()), auth_chain: Type.Array(Pdu), state: Type.Array(Pdu) }),
  ]),
})

/**
 * Takes a leave event, first form: the answer is a pair with a status code. Removed in 1.18.
 * https://spec.matrix.org/v1.17/server-server-api/#put_matrixfederationv1send_leaveroomideventid
 */
export const sendLeaveV1 = endpoint({
  method: 'PUT',
  path: '/_matrix/federation/v1/send_leave/{roomId}/{eventId}',
  auth: 'X-Matrix',
  deprecated: '1.0',
  serverAcl: true,
  pathParameters: { roomId: RoomId, eventId: EventId },
  body: MembershipEvent,
  response: Type.Tuple([Type.Integer(), Type.Object({})]),
})

/**
 * Returns the server's signing keys; the key ID makes no difference.
 * https://spec.matrix.org/v1.5/server-server-api/#get_matrixkeyv2serverkeyid
 */
export const getServerKeyById = endpoint({
  method: 'GET',
  path: '/_matrix/key/v2/server/{keyId}',
  auth: 'none',
  deprecated: '1.6',
  response: ServerKeys,
})

/**
 * `onBindThirdPartyIdentifier` by the method that identity servers use.
 * https://spec.matrix.org/v1.19/server-server-api/#put_matrixfederationv13pidonbind
 */
export const postThirdPartyIdentifierBound = endpoint({ ...onBindThirdPartyIdentifier, method: 'POST' })

/**
 * MSC4284: `askPolicyServerToSign` by the name it had before 1.18.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/4284
 */
export const askPolicyServerToSignMsc4284 = endpoint({
  ...askPolicyServerToSign,
  path: '/_matrix/policy/unstable/org.matrix.msc4284/sign',
})
