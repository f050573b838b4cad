// States on disk: a snapshot is its parent with one slot changed, and now and then a whole vector, so that loading one
// walks a bounded way back.
import { sql } from './sql.ts'
import type { Reader, Write } from './store.ts'

const delta = sql`INSERT INTO state_deltas (snapshot, room_nid, parent, slot, event_nid)
  VALUES (${'snapshot'}, ${'roomNid'}, ${'parent'}, ${'slot'}, ${'eventNid'})`
const checkpoint = sql`INSERT INTO state_checkpoints (snapshot, room_nid, vector)
  VALUES (${'snapshot'}, ${'roomNid'}, ${'vector'}) ON CONFLICT (snapshot) DO NOTHING`

export interface StateDelta {
  readonly snapshot: number
  readonly roomNid: number
  /** The snapshot it differs from; 0 is the empty state. */
  readonly parent: number
  readonly slot: number
  /** 0 when the slot was emptied. */
  readonly eventNid: number
}

/** Stores a snapshot as the change of one slot of its parent. */
export function insertDelta(w: Write, { snapshot, roomNid, parent, slot, eventNid }: StateDelta): void {
  w.run(delta, { snapshot, roomNid, parent, slot, eventNid })
}

export interface StateCheckpoint {
  readonly snapshot: number
  readonly roomNid: number
  /** Event nids by slot. */
  readonly vector: Int32Array
}

/** Stores a snapshot as a whole, beside its delta or instead of one. */
export function insertCheckpoint(w: Write, { snapshot, roomNid, vector }: StateCheckpoint): void {
  w.run(checkpoint, { snapshot, roomNid, vector: packVector(vector) })
}

// From the snapshot back to the nearest whole vector; the rows between come oldest first.
const changesSinceCheckpoint = sql`
  WITH RECURSIVE walk(snapshot, parent, slot, event_nid, distance) AS (
    SELECT d.snapshot, d.parent, d.slot, d.event_nid, 0 FROM state_deltas d
    WHERE d.snapshot = ${'snapshot'} AND NOT EXISTS (SELECT 1 FROM state_checkpoints c WHERE c.snapshot = d.snapshot)
    UNION ALL
    SELECT d.snapshot, d.parent, d.slot, d.event_nid, walk.distance + 1 FROM walk
    JOIN state_deltas d ON d.snapshot = walk.parent
    WHERE NOT EXISTS (SELECT 1 FROM state_checkpoints c WHERE c.snapshot = walk.parent)
  )
  SELECT snapshot, parent, slot, event_nid AS "eventNid" FROM walk ORDER BY distance DESC`
const vectorOf = sql`SELECT vector FROM state_checkpoints WHERE snapshot = ${'snapshot'}`

export interface LoadedChange {
  readonly snapshot: number
  readonly parent: number
  readonly slot: number
  readonly eventNid: number
}

/** A state as it lies on disk: a whole vector and the changes since. */
export interface LoadedState {
  /** The snapshot of `vector`; 0 when that is the empty state. */
  readonly checkpoint: number
  /** Event nids by slot at the checkpoint. */
  readonly vector: Int32Array
  /** From the checkpoint to the snapshot asked for, oldest first; each names a snapshot on the way. */
  readonly changes: readonly LoadedChange[]
}

/** Reads a snapshot with the ones between it and the nearest checkpoint. Snapshot 0 is the empty state. */
export async function loadState(read: Reader, snapshot: number): Promise<LoadedState> {
  type Change = { snapshot: number; parent: number; slot: number; eventNid: number }
  const changes = await read.all<Change, 'snapshot'>(changesSinceCheckpoint, { snapshot })
  const checkpoint = changes[0]?.parent ?? snapshot
  const row = await read.get<{ vector: string }, 'snapshot'>(vectorOf, { snapshot: checkpoint })
  if (!row && checkpoint !== 0) throw new Error(`State ${checkpoint} is not stored`)
  return { checkpoint, vector: row ? unpackVector(row.vector) : new Int32Array(), changes }
}

/** The vector of a snapshot: event nids by slot, 0 where there is none. */
export async function loadVector(read: Reader, snapshot: number): Promise<Int32Array> {
  const { vector, changes } = await loadState(read, snapshot)
  const length = changes.reduce((longest, { slot }) => Math.max(longest, slot + 1), vector.length)
  const state = new Int32Array(length)
  state.set(vector)
  for (const { slot, eventNid } of changes) state[slot] = eventNid
  return state
}

const entryBytes = 4

/** Little-endian, base64: both engines hold it in a text column, and it costs a copy rather than a parse. */
function packVector(vector: Int32Array): string {
  const bytes = Buffer.alloc(vector.length * entryBytes)
  for (const [slot, nid] of vector.entries()) bytes.writeInt32LE(nid, slot * entryBytes)
  return bytes.toString('base64')
}

function unpackVector(text: string): Int32Array {
  const bytes = Buffer.from(text, 'base64')
  return Int32Array.from({ length: bytes.length / entryBytes }, (_, slot) => bytes.readInt32LE(slot * entryBytes))
}
