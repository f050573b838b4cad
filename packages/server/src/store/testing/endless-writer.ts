// A process that writes without end, 64 changes at a time, and tells its parent each position once it is durable. Made to be killed.
import { sql } from '../sql.ts'
import { journalKind } from '../store.ts'
import { openTestStore } from './open-store.ts'

const insertOriginal = sql`INSERT INTO redacted_originals (event_nid, json, redacted_ts) VALUES (${'nid'}, ${'json'}, 0)`
const json = JSON.stringify({ body: 'x'.repeat(800) })

const store = await openTestStore({
  folder: process.argv[2] ?? '',
  durability: process.argv[3] === 'power' ? 'power' : 'process',
})

async function writeForEver(): Promise<void> {
  for (;;) {
    const position = await store.write((w) => {
      const nid = store.nextNid('events')
      w.run(insertOriginal, { nid, json })
      return w.journal({ kind: journalKind.event, room: 1, user: 0, ref: nid })
    })
    process.send?.(position)
  }
}

await Promise.all(Array.from({ length: 64 }, writeForEver))
