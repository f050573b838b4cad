// Who owns which address.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { UserId } from '../identifiers.ts'
import { ClientSecret } from './definitions/client_secret.ts'
import { Signatures } from '../server-server/definitions/signatures.ts'

/**
 * Returns the address a session has validated; `validated_at` is milliseconds since 1970.
 * https://spec.matrix.org/v1.19/identity-service-api/#get_matrixidentityv23pidgetvalidated3pid
 */
export const getValidated3pidV2 = endpoint({
  method: 'GET',
  path: '/_matrix/identity/v2/3pid/getValidated3pid',
  auth: 'is-token',
  query: Type.Object({ sid: Type.String(), client_secret: ClientSecret }),
  response: Type.Object({ medium: Type.String(), address: Type.String(), validated_at: Type.Integer() }),
})

/**
 * Publishes that a validated address belongs to a user; times are milliseconds since 1970.
 * https://spec.matrix.org/v1.19/identity-service-api/#post_matrixidentityv23pidbind
 */
export const bindV2 = endpoint({
  method: 'POST',
  path: '/_matrix/identity/v2/3pid/bind',
  auth: 'is-token',
  body: Type.Object({ sid: Type.String(), client_secret: ClientSecret, mxid: UserId }),
  response: Type.Object({
    address: Type.String(),
    medium: Type.String(),
    mxid: UserId,
    not_before: Type.Integer(),
    not_after: Type.Integer(),
    ts: Type.Integer(),
    signatures: Signatures,
  }),
})

/**
 * Takes back that an address belongs to a user.
 * https://spec.matrix.org/v1.19/identity-service-api/#post_matrixidentityv23pidunbind
 */
export const unbindV2 = endpoint({
  method: 'POST',
  path: '/_matrix/identity/v2/3pid/unbind',
  auth: 'is-token',
  body: Type.Object({
    sid: Type.Optional(Type.String()),
    client_secret: Type.Optional(ClientSecret),
    mxid: UserId,
    threepid: Type.Object({ medium: Type.String(), address: Type.String() }),
  }),
  response: Type.Object({}),
})
