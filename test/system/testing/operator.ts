// The admin API as the operator's command calls it: over the socket in the data folder.
import { callOperatorSocket, type OperatorCall } from '@myelin/server/cli/operator-client'
import type { Reply } from './api.ts'

/** Throws what the server refuses. */
export async function admin(data: string, call: OperatorCall): Promise<Reply['body']> {
  const answer = await callOperatorSocket(data, call)
  if (answer === undefined) throw new Error('The server is not running')
  return answer
}
