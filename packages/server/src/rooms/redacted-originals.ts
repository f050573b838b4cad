// What redactions removed is kept for a while, for moderators, and then forgotten.
import type { Environment } from '../environment.ts'
import { redactedOriginalsKeptMs, redactedOriginalsPruneMs } from '../limits.ts'
import { pruneOriginals } from '../store/events.ts'
import type { Write } from '../store/store.ts'

/** Remembers when old originals were last forgotten, so that a redaction seldom has to do it. */
export class RedactedOriginals {
  readonly #environment: Environment
  #prunedMs = -Infinity

  constructor(environment: Environment) {
    this.#environment = environment
  }

  /** Forgets originals that are too old, along with the write of a redaction; at most once in a while. */
  pruneIfDue(w: Write): void {
    const now = this.#environment.now()
    if (now - this.#prunedMs < redactedOriginalsPruneMs) return
    this.#prunedMs = now
    pruneOriginals(w, now - redactedOriginalsKeptMs)
  }
}
