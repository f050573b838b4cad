// The metrics page, line by line as Prometheus reads it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMetrics } from './metrics.ts'

test('requests are counted by status and sorted into cumulative buckets', () => {
  const metrics = createMetrics()
  metrics.request('sync', 200, 0.003)
  metrics.request('sync', 200, 0.2)
  metrics.request('sync', 401, 100)
  const lines = metrics
    .text()
    .split('\n')
    .filter((line) => line.includes('operation="sync"'))
  assert.deepEqual(lines, [
    'myelin_http_requests_total{operation="sync",status="200"} 2',
    'myelin_http_requests_total{operation="sync",status="401"} 1',
    ...['0.001"} 0', '0.005"} 1', '0.025"} 1', '0.1"} 1', '0.5"} 2', '2.5"} 2', '10"} 2', '60"} 2', '+Inf"} 3'].map(
      (end) => `myelin_http_request_seconds_bucket{operation="sync",le="${end}`,
    ),
    'myelin_http_request_seconds_sum{operation="sync"} 100.203',
    'myelin_http_request_seconds_count{operation="sync"} 3',
  ])
})

test('every line is a comment or a sample, and gauges are read when asked for', () => {
  const metrics = createMetrics()
  let value = 1
  metrics.gauge('myelin_things', 'Things.', () => value)
  value = 2
  const lines = metrics.text().trimEnd().split('\n')
  assert.ok(lines.includes('myelin_things 2'))
  for (const line of lines) assert.match(line, /^(# (HELP|TYPE) \S+ .+|[a-z_]+(\{[^}]*\})? [0-9.e+-]+)$/)
})
