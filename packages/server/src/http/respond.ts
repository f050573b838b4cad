// Results and errors as HTTP responses, with the CORS headers every Matrix response carries.
import { MatrixError } from '@myelin/protocol/errors'
import { JsonText, Raw } from '@myelin/protocol/handlers'
import type { HttpResponse } from './message.ts'

/** https://spec.matrix.org/v1.19/client-server-api/#web-browser-clients */
const cors = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST, PUT, DELETE, OPTIONS',
  'access-control-allow-headers': 'X-Requested-With, Content-Type, Authorization',
} as const
const jsonHeaders = { ...cors, 'content-type': 'application/json' } as const

export const preflight: HttpResponse = {
  status: 200,
  headers: { ...jsonHeaders, 'access-control-max-age': '86400' },
  body: '{}',
}

/** What a handler returned, as a response of status 200 unless it is `Raw`. */
export function success(result: unknown): HttpResponse {
  if (result instanceof JsonText) return { status: 200, headers: jsonHeaders, body: result.text }
  if (result instanceof Raw) return { ...result.response, headers: { ...cors, ...result.response.headers } }
  return { status: 200, headers: jsonHeaders, body: JSON.stringify(result) }
}

/** A refusal in the spec's words. Anything but a `MatrixError` is a bug and says nothing about itself. */
export function failure(error: unknown): HttpResponse {
  const refusal = error instanceof MatrixError ? error : new MatrixError('M_UNKNOWN', 'Internal server error')
  return { status: refusal.status, headers: { ...jsonHeaders, ...refusal.headers }, body: JSON.stringify(refusal) }
}
