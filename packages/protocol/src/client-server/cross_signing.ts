// Publishing cross-signing keys and signatures.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { JsonObject } from '../json-object.ts'
import { mapOf } from '../map-of.ts'
import { AuthData } from './definitions/auth_data.ts'
import { CrossSigningKey } from './definitions/cross_signing_key.ts'

/**
 * Publishes the cross-signing keys of the user.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3keysdevice_signingupload
 */
export const uploadCrossSigningKeys = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/keys/device_signing/upload',
  auth: 'user',
  interactiveAuth: true,
  since: '1.1',
  body: Type.Object({
    master_key: Type.Optional(CrossSigningKey),
    self_signing_key: Type.Optional(CrossSigningKey),
    user_signing_key: Type.Optional(CrossSigningKey),
    auth: Type.Optional(AuthData),
  }),
  response: Type.Object({}),
})

/**
 * Publishes signatures of device keys and cross-signing keys.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3keyssignaturesupload
 */
export const uploadCrossSigningSignatures = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/keys/signatures/upload',
  auth: 'user',
  since: '1.1',
  body: mapOf(mapOf(JsonObject)),
  response: Type.Object({
    failures: Type.Optional(mapOf(mapOf(JsonObject))),
  }),
})
