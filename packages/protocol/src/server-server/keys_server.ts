// The keys of a server, published by itself.
import { endpoint } from '../endpoint.ts'
import { ServerKeys } from './definitions/keys.ts'

/** Returns the server's signing keys. https://spec.matrix.org/v1.19/server-server-api/#get_matrixkeyv2server */
export const getServerKey = endpoint({
  method: 'GET',
  path: '/_matrix/key/v2/server',
  auth: 'none',
  response: ServerKeys,
})
