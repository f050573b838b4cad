// The journal for servers that catch up, in pages whose bounds are the same for all of them: servers that were away
// together come back together, and what one has read serves the others.
import { senderPageEntriesMax, senderPagesKeptMax } from '../federation-limits.ts'
import { journalKind, type Store } from '../store/store.ts'
import { BoundedMap } from './bounded-map.ts'
import type { Outgoing, OutgoingSource } from './outgoing.ts'

export type OutgoingPdu = Extract<Outgoing, { readonly kind: 'pdu' }>

export interface JournalPage {
  /** The events to be sent to anybody, oldest first. */
  readonly pdus: readonly OutgoingPdu[]
  /** The journal position the page ends with. */
  readonly readThrough: number
}

export interface JournalPagesOptions {
  readonly store: Store
  readonly source: OutgoingSource
}

export class JournalPages {
  readonly #store: Store
  readonly #source: OutgoingSource
  readonly #pages = new BoundedMap<Promise<JournalPage>>(senderPagesKeptMax)

  constructor({ store, source }: JournalPagesOptions) {
    this.#store = store
    this.#source = source
  }

  /** The page that holds the entry after `from`, up to `limit` at most; it may begin before. */
  after(from: number, limit: number): Promise<JournalPage> {
    if (from >= limit) return Promise.resolve({ pdus: [], readThrough: limit })
    const start = from - (from % senderPageEntriesMax)
    const end = start + senderPageEntriesMax
    if (end > limit) return this.#read(start, limit)
    const key = String(start)
    const known = this.#pages.get(key)
    if (known !== undefined) return known
    const page = this.#read(start, end)
    this.#pages.set(key, page)
    page.catch(() => this.#pages.delete(key))
    return page
  }

  async #read(start: number, end: number): Promise<JournalPage> {
    const entries = await this.#store.journalSince(start, end - start)
    const events = entries.filter(({ kind, position }) => kind === journalKind.event && position <= end)
    const outgoing = await this.#source.outgoing(events)
    return { pdus: outgoing.filter((each) => each.kind === 'pdu'), readThrough: end }
  }
}
