// Myelin's admin API: is the server alive, and what does it count.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'

/** Whether the process serves requests: `OK`. */
export const getHealth = endpoint({
  method: 'GET',
  path: '/health',
  auth: 'none',
  response: Type.Unknown(),
  bytesResponse: true,
})

/** Counters and gauges in Prometheus's text format. Answers callers from this machine; others get `M_FORBIDDEN`. */
export const getMetrics = endpoint({
  method: 'GET',
  path: '/metrics',
  auth: 'none',
  response: Type.Unknown(),
  bytesResponse: true,
})
