// Slots: the dense numbers of the (type, state_key) pairs of a room.
import { sql } from './sql.ts'
import type { Reader, Row, Write } from './store.ts'

export interface SlotRow extends Row {
  readonly slot: number
  readonly type: string
  readonly stateKey: string
}

const ofRoom = sql`SELECT slot, type, state_key AS "stateKey" FROM slots WHERE room_nid = ${'roomNid'} ORDER BY slot`
const insert = sql`INSERT INTO slots (room_nid, slot, type, state_key)
  VALUES (${'roomNid'}, ${'slot'}, ${'type'}, ${'stateKey'})`

/** All slots of a room, ascending. */
export const slotsOfRoom = (read: Reader, roomNid: number): Promise<SlotRow[]> => read.all(ofRoom, { roomNid })

export interface NewSlot {
  readonly roomNid: number
  readonly slot: number
  readonly type: string
  readonly stateKey: string
}

export function insertSlot(w: Write, { roomNid, slot, type, stateKey }: NewSlot): void {
  w.run(insert, { roomNid, slot, type, stateKey })
}
