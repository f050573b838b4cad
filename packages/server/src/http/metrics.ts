// What the server counts about itself, in Prometheus's text format: requests by operation, the process, and whatever the
// parts of the server offer as gauges.
// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
import { requestSecondsBuckets } from '../limits.ts'

export const metricsContentType = 'text/plain; version=0.0.4; charset=utf-8'

export interface Metrics {
  /** One answered request: the endpoint's operation name, its HTTP status and how long it took. */
  request(operation: string, status: number, seconds: number): void
  /** A value read when somebody asks for the metrics. */
  gauge(name: string, help: string, read: () => number): void
  /** A value that only grows, read when somebody asks for the metrics. */
  counter(name: string, help: string, read: () => number): void
  /** The same in several rows, told apart by labels. */
  counters(name: string, help: string, read: () => readonly LabelledCount[]): void
  gauges(name: string, help: string, read: () => readonly LabelledCount[]): void
  /** Everything, in the text format. */
  text(): string
}

/** One row of several. What others make up may be in a label only where there are few rows. */
export interface LabelledCount {
  readonly labels: Readonly<Record<string, string>>
  readonly count: number
}

/** Requests of one operation: how many by status, and their durations. */
interface Operation {
  readonly byStatus: Map<number, number>
  /** Requests no longer than each bound of `requestSecondsBuckets`, and longer than the one before. */
  readonly buckets: number[]
  seconds: number
  count: number
}

interface Reading {
  readonly type: 'gauge' | 'counter'
  readonly name: string
  readonly help: string
  readonly read: () => number
}

interface Rows extends Omit<Reading, 'read'> {
  readonly rows: () => readonly LabelledCount[]
}

export function createMetrics(): Metrics {
  const operations = new Map<string, Operation>()
  const readings: (Reading | Rows)[] = [...processReadings]
  return {
    request: (operation, status, seconds) => count(operationOf(operations, operation), status, seconds),
    gauge: (name, help, read) => void readings.push({ type: 'gauge', name, help, read }),
    counter: (name, help, read) => void readings.push({ type: 'counter', name, help, read }),
    counters: (name, help, rows) => void readings.push({ type: 'counter', name, help, rows }),
    gauges: (name, help, rows) => void readings.push({ type: 'gauge', name, help, rows }),
    text: () => [...requestLines(operations), ...readings.flatMap(readingLines), ''].join('\n'),
  }
}

const processReadings: readonly Reading[] = [
  {
    type: 'gauge',
    name: 'process_resident_memory_bytes',
    help: 'Resident memory.',
    read: () => process.memoryUsage.rss(),
  },
  {
    type: 'gauge',
    name: 'nodejs_heap_size_used_bytes',
    help: 'Heap in use.',
    read: () => process.memoryUsage().heapUsed,
  },
  {
    type: 'counter',
    name: 'process_cpu_seconds_total',
    help: 'Processor time used.',
    read: () => {
      const { user, system } = process.cpuUsage()
      return (user + system) / 1e6
    },
  },
  {
    type: 'gauge',
    name: 'process_start_time_seconds',
    help: 'When the process started, seconds since the epoch.',
    read: () => performance.timeOrigin / 1000,
  },
  {
    type: 'gauge',
    name: 'nodejs_eventloop_utilization',
    help: 'Share of its time the event loop was busy since the start.',
    read: () => performance.eventLoopUtilization().utilization,
  },
]

function operationOf(operations: Map<string, Operation>, name: string): Operation {
  const known = operations.get(name)
  if (known !== undefined) return known
  const made = { byStatus: new Map(), buckets: requestSecondsBuckets.map(() => 0), seconds: 0, count: 0 }
  operations.set(name, made)
  return made
}

function count(operation: Operation, status: number, seconds: number): void {
  operation.byStatus.set(status, (operation.byStatus.get(status) ?? 0) + 1)
  operation.count++
  operation.seconds += seconds
  const bucket = requestSecondsBuckets.findIndex((bound) => seconds <= bound)
  if (bucket >= 0) operation.buckets[bucket]!++
}

function requestLines(operations: ReadonlyMap<string, Operation>): string[] {
  const total = 'myelin_http_requests_total'
  const seconds = 'myelin_http_request_seconds'
  return [
    ...header(total, 'counter', 'Answered requests by operation and status.'),
    ...[...operations].flatMap(([name, { byStatus }]) =>
      Array.from(byStatus, ([status, n]) => `${total}{operation="${name}",status="${status}"} ${n}`),
    ),
    ...header(seconds, 'histogram', 'Time from the request line to the answer, by operation.'),
    ...[...operations].flatMap(([name, operation]) => histogramLines(`${seconds}`, `operation="${name}"`, operation)),
  ]
}

function histogramLines(name: string, label: string, { buckets, seconds, count }: Operation): string[] {
  let below = 0
  return [
    ...requestSecondsBuckets.map((bound, i) => `${name}_bucket{${label},le="${bound}"} ${(below += buckets[i] ?? 0)}`),
    `${name}_bucket{${label},le="+Inf"} ${count}`,
    `${name}_sum{${label}} ${seconds}`,
    `${name}_count{${label}} ${count}`,
  ]
}

const readingLines = (reading: Reading | Rows): string[] => [
  ...header(reading.name, reading.type, reading.help),
  ...('rows' in reading
    ? reading.rows().map((row) => rowLine(reading.name, row))
    : [`${reading.name} ${reading.read()}`]),
]

function rowLine(name: string, { labels, count }: LabelledCount): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`)
  return `${name}{${pairs.join(',')}} ${count}`
}

const header = (name: string, type: string, help: string): string[] => [
  `# HELP ${name} ${help}`,
  `# TYPE ${name} ${type}`,
]
