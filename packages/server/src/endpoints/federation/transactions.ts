// Live traffic of other servers: https://spec.matrix.org/v1.19/server-server-api/#transactions
import { MatrixError } from '@myelin/protocol/errors'
import { JsonText } from '@myelin/protocol/handlers'
import type * as transactions from '@myelin/protocol/server-server/transactions'
import { edusPerTransactionMax, pdusPerTransactionMax } from '../../federation-limits.ts'
import type { Handlers } from '../handlers.ts'
import { receiveEdusAround } from './received-edus.ts'

export const handlers: Handlers<typeof transactions> = {
  sendTransaction: async (services, { requester, path, body: { pdus, edus = [] } }) => {
    if (pdus.length > pdusPerTransactionMax || edus.length > edusPerTransactionMax)
      throw new MatrixError('M_TOO_LARGE', 'A transaction has at most 50 PDUs and 100 EDUs', { status: 400 })
    const origin = requester.serverName
    const { rooms } = services
    const answer = await rooms.receivedTransactions.once({ origin, transactionId: path.txnId }, async () => {
      const receiveEvents = () => rooms.receivePdus({ origin, pdus })
      const { results, durable } = await receiveEdusAround(services, { origin, edus }, receiveEvents)
      return { answer: JSON.stringify({ pdus: results }), durable }
    })
    return new JsonText(answer)
  },
}
