// Questions for a notary, asked together: while it is asked, those that come wait for the next request. So the keys of the
// many servers of a big room take a few requests, and one that is asked for alone waits for nothing.
import { notaryQueryServersMax } from '../federation-limits.ts'
import type { KeyDocument, KnownKey } from './key-document.ts'
import { fetchFromNotary, type WantedKeys } from './key-fetcher.ts'
import type { PeerClient } from './peer-client.ts'

export interface NotaryQuestionsOptions {
  readonly peers: PeerClient
  readonly notary: string
  /** The notary's own keys. */
  readonly notaryKey: (keyId: string) => Promise<KnownKey | undefined>
}

export interface KeyQuestion {
  readonly serverName: string
  readonly keyId: string
  /** Until when the key must be valid, milliseconds since the epoch. */
  readonly neededTs: number
}

interface Asked extends KeyQuestion {
  readonly settle: (answer: Promise<readonly KeyDocument[]>) => void
}

export class NotaryQuestions {
  readonly #options: NotaryQuestionsOptions
  #waiting: Asked[] = []
  #isAsking = false

  constructor(options: NotaryQuestionsOptions) {
    this.#options = options
  }

  /** What the notary has of the server's keys, the oldest first. Throws FederationError. */
  ask(question: KeyQuestion): Promise<readonly KeyDocument[]> {
    const { promise, resolve } = Promise.withResolvers<readonly KeyDocument[]>()
    this.#waiting.push({ ...question, settle: resolve })
    if (!this.#isAsking) void this.#askAll()
    return promise
  }

  async #askAll(): Promise<void> {
    this.#isAsking = true
    while (this.#waiting.length > 0) {
      const asked = this.#waiting.splice(0, notaryQueryServersMax)
      const answer = fetchFromNotary({ ...this.#options, wanted: wantedOf(asked) })
      for (const { serverName, settle } of asked) settle(answer.then((found) => found.get(serverName) ?? []))
      await answer.catch(() => undefined) // each that asked is told
    }
    this.#isAsking = false
  }
}

function wantedOf(asked: readonly KeyQuestion[]): WantedKeys {
  const wanted = new Map<string, Map<string, number>>()
  for (const { serverName, keyId, neededTs } of asked) {
    const keys = wanted.get(serverName) ?? new Map<string, number>()
    wanted.set(serverName, keys.set(keyId, Math.max(neededTs, keys.get(keyId) ?? 0)))
  }
  return wanted
}
