// Myelin's admin API: is the server alive, and what does it count.
import type * as health from '@myelin/protocol/admin/health'
import { MatrixError } from '@myelin/protocol/errors'
import { Raw } from '@myelin/protocol/handlers'
import { metricsContentType } from '../../http/metrics.ts'
import type { Handlers } from '../handlers.ts'

const isThisMachine = (address: string) => address === '::1' || address.startsWith('127.') || address === ''

const text = (contentType: string, body: string) =>
  new Raw({ status: 200, headers: { 'content-type': contentType }, body })

export const handlers: Handlers<typeof health> = {
  getHealth: async () => text('text/plain; charset=utf-8', 'OK'),
  getMetrics: async ({ metrics }, { address }) => {
    if (!isThisMachine(address))
      throw new MatrixError('M_FORBIDDEN', 'Metrics are for callers on this machine; see metrics.listen')
    return text(metricsContentType, metrics.text())
  },
}
