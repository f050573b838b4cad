// What the parts of the server count, for the metrics.
import type { Metrics } from '../http/metrics.ts'
import type { Rooms } from '../rooms/rooms.ts'
import type { Store } from '../store/store.ts'
import type { Sync } from '../sync/sync.ts'

interface Counted {
  readonly store: Store
  readonly rooms: Rooms
  readonly sync: Sync
}

/** Registers the store's statistics, the rooms in memory and the waiting syncs. */
export function addGauges(metrics: Metrics, { store, rooms, sync }: Counted): void {
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
}
