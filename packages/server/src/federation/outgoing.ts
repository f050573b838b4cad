// What the sender is told by those who know rooms and users: what a journal entry makes this server send, and to whom.
import type { Journaled, JournalKind } from '../store/store.ts'

/** Something to send. `destinations` are server names; this server's own name among them is ignored. */
export type Outgoing = {
  /** Of the journal entry. */
  readonly position: number
  readonly destinations: Iterable<string>
} & (
  | { readonly kind: 'pdu'; readonly eventNid: number }
  /**
   * An EDU that need not arrive: canonical JSON `{"content":…,"edu_type":…}`. While it waits, one of the same `key` (such
   * as the receipt of a user in a room) takes its place.
   */
  | { readonly kind: 'edu'; readonly key: string; readonly json: string }
  /** EDUs kept in the store for these destinations (`addOutboundEdu`). */
  | { readonly kind: 'kept-edu' }
)

export interface OutgoingSource {
  /** What the entries make this server send, in their order. Asked again for old entries when a server catches up. */
  outgoing(entries: readonly Journaled[]): Promise<readonly Outgoing[]>
  /** Events in federation format, canonical JSON, by nid; those that are gone are left out. */
  pdus(eventNids: readonly number[]): Promise<ReadonlyMap<number, string>>
}

/** A part of the server whose changes go to others. */
export interface OutgoingPart {
  /** The kinds of journal entries it is asked about. */
  readonly kinds: readonly JournalKind[]
  outgoing(entries: readonly Journaled[]): Promise<readonly Outgoing[]>
}

/** One source of several parts: each sees only its own kinds of entries, and is left alone when there are none. */
export const combineParts = (parts: readonly OutgoingPart[], pdus: OutgoingSource['pdus']): OutgoingSource => ({
  pdus,
  outgoing: async (entries) => {
    const outgoing: Outgoing[] = []
    for (const part of parts) {
      const own = entries.filter(({ kind }) => part.kinds.includes(kind))
      if (own.length > 0) outgoing.push(...(await part.outgoing(own)))
    }
    return outgoing
  },
})
