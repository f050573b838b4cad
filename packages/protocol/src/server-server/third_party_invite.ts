// Invites by e-mail address or phone number, once somebody turns out to own it.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomId, UserId } from '../identifiers.ts'
import { Signatures } from './definitions/signatures.ts'

/** What the identity server signed: that this token belongs to this user. */
export const SignedThirdPartyInvite = Type.Object({ mxid: UserId, token: Type.String(), signatures: Signatures })

/**
 * Asks a server in the room to turn a third-party invite into an invite of a user.
 * https://spec.matrix.org/v1.19/server-server-api/#put_matrixfederationv1exchange_third_party_inviteroomid
 */
export const exchangeThirdPartyInvite = endpoint({
  method: 'PUT',
  path: '/_matrix/federation/v1/exchange_third_party_invite/{roomId}',
  auth: 'X-Matrix',
  pathParameters: { roomId: RoomId },
  body: Type.Object({
    type: Type.String(),
    room_id: RoomId,
    sender: UserId,
    state_key: UserId,
    content: Type.Object({
      membership: Type.String(),
      third_party_invite: Type.Object({ display_name: Type.String(), signed: SignedThirdPartyInvite }),
    }),
  }),
  response: Type.Object({}),
})

/**
 * Tells, as an identity server, that an address now belongs to a user, with the invites it had.
 * https://spec.matrix.org/v1.19/server-server-api/#put_matrixfederationv13pidonbind
 */
export const onBindThirdPartyIdentifier = endpoint({
  method: 'PUT',
  path: '/_matrix/federation/v1/3pid/onbind',
  auth: 'none',
  body: Type.Object({
    medium: Type.String(),
    address: Type.String(),
    mxid: UserId,
    invites: Type.Array(
      Type.Object({
        medium: Type.String(),
        address: Type.String(),
        mxid: UserId,
        room_id: RoomId,
        sender: UserId,
        signed: SignedThirdPartyInvite,
      }),
    ),
  }),
  response: Type.Object({}),
})
