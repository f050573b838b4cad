// What the parts of the server count, for the metrics.
import type { DestinationStatus } from '../federation/destination.ts'
import type { Federation } from '../federation/federation.ts'
import type { Metrics } from '../http/metrics.ts'
import { destinationsInMetricsMax } from '../federation-limits.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Rooms } from '../rooms/rooms.ts'
import type { Store } from '../store/store.ts'
import type { Sync } from '../sync/sync.ts'
import type { Webhooks } from '../webhooks/webhooks.ts'

interface Counted {
  readonly store: Store
  readonly rooms: Rooms
  readonly sync: Sync
  readonly federation: Federation
  readonly webhooks: Webhooks
}

/** Registers the store's statistics, the rooms in memory, the waiting syncs and what waits for other servers. */
export function addGauges(metrics: Metrics, { store, rooms, sync, federation, webhooks }: Counted): void {
  const statistics = () => store.statistics()
  metrics.counter('myelin_store_commits_total', 'Transactions made durable.', () => statistics().commits)
  metrics.counter('myelin_store_writes_total', 'Changes made durable.', () => statistics().writes)
  metrics.counter('myelin_store_rows_total', 'Statements executed in those changes.', () => statistics().rows)
  metrics.counter('myelin_store_reads_total', 'Statements read.', () => statistics().reads)
  metrics.gauge('myelin_store_queue_depth', 'Changes gathered and not durable yet.', () => statistics().queueDepth)
  metrics.gauge(
    'myelin_store_last_commit_seconds',
    'Duration of the last transaction with its sync.',
    () => statistics().lastCommitMs / 1000,
  )
  metrics.gauge('myelin_journal_position', 'The last durable position of the journal.', () => store.durablePosition)
  metrics.gauge('myelin_hot_rooms', 'Rooms kept in memory.', () => rooms.context.hotRooms.size)
  metrics.gauge('myelin_sync_waiting', 'Sync requests that wait for something to tell.', () => sync.waiting)
  addFederationGauges(metrics, federation)
  addReceivingGauges(metrics, rooms)
  addWebhookCounters(metrics, webhooks)
}

function addReceivingGauges(metrics: Metrics, { stagedEvents, refusals, context }: Rooms): void {
  const { policyAnswers, ownPolicyServer } = context
  metrics.gauge(
    'myelin_staged_events',
    'Events of other servers that wait for what they follow.',
    () => stagedEvents.size,
  )
  metrics.counters(
    'myelin_refused_events_total',
    'Events of other servers that were not accepted, by verdict and rule.',
    () => refusals.counts().map(({ verdict, rule, count }) => ({ labels: { verdict, rule }, count })),
  )
  const policy = () => [...(ownPolicyServer?.answers.counts() ?? []), ...policyAnswers.counts()]
  metrics.counters(
    'myelin_policy_answers_total',
    'What policy servers made of events: this one (own) and those that were asked (other), by outcome.',
    () => policy().map(({ by, outcome, count }) => ({ labels: { by, outcome }, count })),
  )
}

function addWebhookCounters(metrics: Metrics, { counts }: Webhooks): void {
  metrics.counter('myelin_webhook_accepted_total', 'Deliveries to webhooks that were taken.', () => counts.accepted)
  metrics.counter('myelin_webhook_repeated_total', 'Deliveries that had come before.', () => counts.repeated)
  metrics.counter('myelin_webhook_refused_total', 'Deliveries that did not prove the secret.', () => counts.refused)
  metrics.counter('myelin_webhook_told_total', 'Deliveries that rooms were told of.', () => counts.told)
  metrics.counter('myelin_webhook_failed_total', 'Deliveries that some room was not told of.', () => counts.failed)
}

function addFederationGauges(metrics: Metrics, federation: Federation): void {
  const statuses = () => federation.sender?.statuses() ?? []
  const failing = () => statuses().filter(({ failures }) => failures > 0).length
  const queued = () => statuses().reduce((sum, { queuedPdus }) => sum + queuedPdus, 0)
  const lag = () => statuses().reduce((most, each) => Math.max(most, each.lag), 0)
  metrics.gauge('myelin_federation_waiting_servers', 'Servers for which something waits.', () => statuses().length)
  metrics.gauge('myelin_federation_failing_servers', 'Those of them that cannot be reached.', failing)
  metrics.gauge('myelin_federation_queued_events', 'Events queued for other servers.', queued)
  metrics.gauge('myelin_federation_lag_entries', 'Journal entries that the server furthest behind has not got.', lag)
  const rows = (read: (status: DestinationStatus) => number) => () =>
    furthestBehind(statuses()).map((each) => ({ labels: { server: each.serverName }, count: read(each) }))
  const lags = 'Journal entries that those furthest behind have not got.'
  const failures = 'Failures of those furthest behind since their last success.'
  metrics.gauges(
    'myelin_federation_server_lag_entries',
    lags,
    rows(({ lag }) => lag),
  )
  metrics.gauges(
    'myelin_federation_server_failures',
    failures,
    rows((each) => each.failures),
  )
}

/** A few: whoever watches a server wants no row for each of thousands. */
const furthestBehind = (statuses: readonly DestinationStatus[]): readonly DestinationStatus[] =>
  statuses
    .filter(({ lag }) => lag > 0)
    .toSorted((a, b) => b.lag - a.lag)
    .slice(0, destinationsInMetricsMax)

/** How far behind the ledger is, and what it has written. */
export function addLedgerGauges(metrics: Metrics, ledger: Ledger): void {
  const status = () => ledger.status()
  metrics.gauge('myelin_ledger_lag_entries', 'Journal entries that the ledger is behind.', () => status().lagEntries)
  metrics.gauge(
    'myelin_ledger_lag_seconds',
    'How long the oldest event waits for a commit.',
    () => status().lagMs / 1000,
  )
  metrics.counter('myelin_ledger_commits_total', 'Commits made.', () => status().commits)
  metrics.counter('myelin_ledger_events_total', 'Events written to commits.', () => status().events)
  metrics.gauge('myelin_ledger_troubles', 'What does not work at the moment.', () => status().troubles.length)
}
