// What `metrics.listen` serves: metrics and health alone, without a token and to anybody who reaches the address.
import { MatrixError } from '@myelin/protocol/errors'
import type { Handle, HttpResponse } from '../http/message.ts'
import { metricsContentType, type Metrics } from '../http/metrics.ts'
import { failure } from '../http/respond.ts'

const text = (contentType: string, body: string): HttpResponse => ({
  status: 200,
  headers: { 'content-type': contentType },
  body,
})

/** Answers `/metrics` and `/health`; anything else with M_UNRECOGNIZED. */
export const createMetricsHandle =
  (metrics: Metrics): Handle =>
  async ({ method, path }) => {
    const isRead = method === 'GET' || method === 'HEAD'
    if (isRead && path === '/metrics') return text(metricsContentType, metrics.text())
    if (isRead && path === '/health') return text('text/plain; charset=utf-8', 'OK')
    return failure(new MatrixError('M_UNRECOGNIZED', 'Only /metrics and /health are here'))
  }
