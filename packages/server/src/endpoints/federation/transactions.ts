// Live traffic of other servers: https://spec.matrix.org/v1.19/server-server-api/#transactions
import { MatrixError } from '@myelin/protocol/errors'
import { JsonText } from '@myelin/protocol/handlers'
import type * as transactions from '@myelin/protocol/server-server/transactions'
import { edusPerTransactionMax, pdusPerTransactionMax } from '../../limits.ts'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof transactions> = {
  sendTransaction: async ({ rooms }, { requester, path, body }) => {
    if (body.pdus.length > pdusPerTransactionMax || (body.edus?.length ?? 0) > edusPerTransactionMax)
      throw new MatrixError('M_TOO_LARGE', 'A transaction has at most 50 PDUs and 100 EDUs', { status: 400 })
    const received = { origin: requester.serverName, transactionId: path.txnId, pdus: body.pdus }
    return new JsonText(JSON.stringify({ pdus: await rooms.receiveTransaction(received) }))
  },
}
