// Calls the running server's admin API over the socket in its data folder; who can open the socket is the operator.
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { MatrixError } from '@myelin/protocol/errors'
import { ConfigError } from '../config/load.ts'
import { operatorSocketPath } from '../config/operator-socket.ts'

export interface OperatorCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly body?: unknown
}

/** The answer, or undefined when no server runs on this data folder. Throws what the server refuses. */
export async function callOperatorSocket(
  data: string,
  call: OperatorCall,
): Promise<Record<string, unknown> | undefined> {
  const answer = await send(operatorSocketPath(data), call)
  if (answer === undefined) return undefined
  const body = JSON.parse(answer.text) as Record<string, unknown>
  if (answer.status >= 300) {
    const cause = new MatrixError(String(body['errcode']), String(body['error']), { status: answer.status })
    throw new ConfigError(`The server refused: ${cause.message} (${cause.errcode})`, { cause })
  }
  return body
}

/** The answer of a server that must be running: `because` says why. Throws ConfigError when none is. */
export async function callRunning(data: string, call: OperatorCall, because: string): Promise<Record<string, unknown>> {
  const answer = await callOperatorSocket(data, call)
  if (answer === undefined) throw new ConfigError(`No server runs on ${data}. Start it first: ${because}.`)
  return answer
}

function send(
  socketPath: string,
  { method, path, body }: OperatorCall,
): Promise<{ status: number; text: string } | undefined> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { socketPath, method, path, headers: { 'content-type': 'application/json' } },
      (response) => {
        text(response).then((content) => resolve({ status: response.statusCode ?? 500, text: content }), reject)
      },
    )
    outgoing.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ENOENT' || error.code === 'ECONNREFUSED' ? resolve(undefined) : reject(error),
    )
    outgoing.end(body === undefined ? undefined : JSON.stringify(body))
  })
}
