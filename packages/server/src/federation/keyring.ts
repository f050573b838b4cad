// Keys of other servers: in memory, else in the store, else fetched, and what this server as a notary passes on of them.
// https://spec.matrix.org/v1.19/server-server-api/#retrieving-server-keys
import { decodeBase64, encodeBase64 } from '@myelin/algorithms/base64'
import type { JsonObject } from '@myelin/algorithms/json'
import { validUntil } from '@myelin/algorithms/key-validity'
import { signJson, type SigningKey } from '@myelin/algorithms/signatures'
import { isServerName } from '@myelin/protocol/identifiers'
import type { OldVerifyKeys } from '../config/signing-keys.ts'
import type { Environment } from '../environment.ts'
import {
  keyFetchesAtOnceMax,
  keyDocumentsKeptMax,
  keyDocumentsPrunedAfter,
  keyFetchesWaitingMax,
  keyRefetchMinMs,
  keyringServersMax,
  keysInMemoryMax,
  keysPerServerMax,
  notaryFetchesAtOnceMax,
  notaryFetchesWaitingMax,
  notaryWaitMs,
  keyRetryFirstMs,
  keyRetryMaxMs,
} from '../federation-limits.ts'
import {
  forgetServerKeys,
  keyDocument,
  pruneKeyDocuments,
  saveServerKeys,
  serverKeys,
  type KeyDocumentRow,
  type ServerKeyRow,
} from '../store/server-keys.ts'
import type { Store } from '../store/store.ts'
import { BoundedMap } from './bounded-map.ts'
import { delayAfter } from './doubling.ts'
import { FederationError } from './federation-error.ts'
import { FetchSlots } from './fetch-slots.ts'
import type { KeyDocument, KnownKey } from './key-document.ts'
import { fetchKeys } from './key-fetcher.ts'
import { NotaryQuestions } from './notary-questions.ts'
import type { PeerClient } from './peer-client.ts'

export interface KeyringOptions {
  readonly store: Store
  readonly environment: Environment
  readonly peers: PeerClient
  /** Servers whose word about others' keys is taken, asked in this order. */
  readonly trustedNotaries: readonly string[]
  /** This server's own keys. */
  readonly own: {
    readonly serverName: string
    readonly key: SigningKey
    readonly old: OldVerifyKeys
    /** The document it publishes. */
    readonly document: () => JsonObject
  }
}

/** What is known of a server. */
interface Entry {
  readonly keys: Map<string, KnownKey>
  failures: number
  /** When the first of these was, milliseconds since the epoch. */
  failingSinceMs: number
  /** Not asked again before, milliseconds since the epoch. */
  nextFetchMs: number
  /** Ids of unknown keys that were looked for since it was last asked. */
  wanted: Set<string>
  /** Those that were looked for when it was last asked. */
  soughtLast: ReadonlySet<string>
}

export class Keyring {
  readonly #options: KeyringOptions
  readonly #entries = new BoundedMap<Entry>(keyringServersMax, ({ keys }) => (this.#keyCount -= keys.size))
  #keyCount = 0
  #documents = 0
  readonly #loads = new Map<string, Promise<Entry>>()
  readonly #fetches = new Map<string, Promise<void>>()
  /** Servers, and notaries for them, that are being asked for keys: since when, milliseconds since the epoch. */
  readonly #looking = new Map<string, { readonly sinceMs: number; count: number }>()
  readonly #queries = new Map<string, Promise<void>>()
  readonly #questions = new Map<string, NotaryQuestions>()
  readonly #slots: FetchSlots
  readonly #notarySlots: FetchSlots
  readonly #ownKeys: ReadonlyMap<string, KnownKey>

  constructor(options: KeyringOptions) {
    this.#options = options
    this.#slots = new FetchSlots(options.environment, keyFetchesAtOnceMax)
    this.#notarySlots = new FetchSlots(options.environment, notaryFetchesAtOnceMax)
    this.#ownKeys = ownKeys(options.own)
  }

  /** A key that is in memory: undefined says nothing about the rest. */
  cached(serverName: string, keyId: string): KnownKey | undefined {
    return this.#known(serverName)?.get(keyId)
  }

  /**
   * A key of a server, fetched if it is not known to be valid at `neededTs` (milliseconds since the epoch). Undefined when
   * it cannot be had, or not within `waitMs`; whether its times suit an event or a request is for the caller to decide
   * (`key-validity`).
   */
  async key(
    serverName: string,
    keyId: string,
    neededTs: number,
    { waitMs = Infinity }: { readonly waitMs?: number | undefined } = {},
  ): Promise<KnownKey | undefined> {
    if (serverName === this.#options.own.serverName) return this.#ownKeys.get(keyId)
    const known = this.#entries.get(serverName)
    if (known === undefined && !isServerName(serverName)) return undefined
    const { keys } = known ?? (await this.#entry(serverName))
    const isMet = () => isUpTo(keys.get(keyId), neededTs)
    if (!isMet()) await this.#within(waitMs, serverName, this.#lookFor({ serverName, keyId, neededTs, isMet }))
    return keys.get(keyId)
  }

  /**
   * Whether keys of the server are being fetched, or it answered too lately to be asked for a new one, or they could not be
   * had, and that has not gone on for longer than this.
   */
  isAwaited(serverName: string, forMs: number): boolean {
    const entry = this.#entries.get(serverName)
    if (entry === undefined) return false
    if (entry.failures > 0) return this.failingMs(serverName) < forMs
    return this.#looking.has(serverName) || !entry.wanted.isSubsetOf(entry.soughtLast)
  }

  /** How long its keys could not be had, milliseconds. */
  failingMs(serverName: string): number {
    const { failures, failingSinceMs } = this.#entries.get(serverName) ?? { failures: 0, failingSinceMs: 0 }
    return failures === 0 ? 0 : this.#options.environment.now() - failingSinceMs
  }

  /**
   * A server's last key document, with this server's signature added: "notary servers can return keys for servers that
   * are offline". Fetched when half its life is over, or it ends before `neededTs`.
   */
  async notarized(serverName: string, neededTs: number): Promise<JsonObject | undefined> {
    const { own, store, environment } = this.#options
    if (serverName === own.serverName) return own.document()
    const isFresh = (row: KeyDocumentRow | undefined): boolean =>
      row !== undefined && row.validUntilTs >= neededTs && environment.now() < (row.fetchedTs + row.validUntilTs) / 2
    let row = await keyDocument(store.read, serverName)
    if (!isFresh(row)) {
      await noLongerThan(environment, notaryWaitMs, this.#fetchForOthers(serverName))
      row = await keyDocument(store.read, serverName)
    }
    return row && signJson(JSON.parse(row.json) as JsonObject, own.serverName, own.key)
  }

  #known(serverName: string): ReadonlyMap<string, KnownKey> | undefined {
    return serverName === this.#options.own.serverName ? this.#ownKeys : this.#entries.get(serverName)?.keys
  }

  async #lookFor(need: Need): Promise<void> {
    const { serverName, keyId, isMet } = need
    const looking = this.#looking.get(serverName) ?? { sinceMs: this.#options.environment.now(), count: 0 }
    looking.count++
    this.#looking.set(serverName, looking)
    const { keys, wanted } = await this.#entry(serverName)
    if (!keys.has(keyId) && wanted.size < keysPerServerMax) wanted.add(keyId)
    try {
      if ((await this.#fetch(serverName)) && !isMet())
        await shared(this.#queries, `${serverName} ${keyId}`, () => this.#ask(need))
    } finally {
      if (--looking.count === 0) this.#looking.delete(serverName)
    }
  }

  /** Waits for what is looked for, as long as its server has not been asked for longer than `waitMs`. */
  async #within(waitMs: number, serverName: string, looked: Promise<void>): Promise<void> {
    if (waitMs === Infinity) return looked
    const { environment } = this.#options
    const now = environment.now()
    const goneMs = now - (this.#looking.get(serverName)?.sinceMs ?? now)
    await noLongerThan(environment, Math.max(0, waitMs - goneMs), looked)
  }

  #entry(serverName: string): Promise<Entry> {
    const known = this.#entries.get(serverName)
    if (known !== undefined) return Promise.resolve(known)
    return shared(this.#loads, serverName, async () => {
      const rows = await serverKeys(this.#options.store.read, serverName)
      const entry = {
        keys: new Map(rows.map((row) => [row.keyId, fromRow(row)])),
        failures: 0,
        failingSinceMs: 0,
        nextFetchMs: 0,
        wanted: new Set<string>(),
        soughtLast: new Set<string>(),
      }
      this.#entries.set(serverName, entry)
      this.#count(entry.keys.size)
      return entry
    })
  }

  /** False when that was done a moment ago, or failed lately. Never throws for what the other server does. */
  #fetch(serverName: string): Promise<boolean> {
    return this.#fetchIn(serverName, { slots: this.#slots, waitingMax: keyFetchesWaitingMax })
  }

  /** Anybody may ask a notary for anything: that must not hold up what this server needs itself. */
  #fetchForOthers(serverName: string): Promise<boolean> {
    return this.#fetchIn(serverName, { slots: this.#notarySlots, waitingMax: notaryFetchesWaitingMax })
  }

  async #fetchIn(serverName: string, { slots, waitingMax }: FetchLane): Promise<boolean> {
    const entry = await this.#entry(serverName)
    if (!this.#fetches.has(serverName)) {
      const isTooEarly = entry.nextFetchMs > this.#options.environment.now()
      if (isTooEarly || this.#fetches.size >= waitingMax) return false
    }
    await shared(this.#fetches, serverName, () => slots.run(() => this.#fetchNow(serverName, entry)))
    return true
  }

  async #fetchNow(serverName: string, entry: Entry): Promise<void> {
    const { environment, peers } = this.#options
    const sought = entry.wanted
    entry.wanted = new Set()
    try {
      await this.#learn(serverName, entry, { ...(await fetchKeys(peers, serverName)), isVouchedFor: false })
      entry.failures = 0
      entry.soughtLast = sought
      entry.nextFetchMs = environment.now() + keyRefetchMinMs
    } catch (error) {
      if (!(error instanceof FederationError)) throw error
      if (entry.failures++ === 0) entry.failingSinceMs = environment.now()
      const delayMs = delayAfter(entry.failures, { firstMs: keyRetryFirstMs, maxMs: keyRetryMaxMs })
      entry.nextFetchMs = environment.now() + delayMs
    }
  }

  /** Asks the notaries in turn. Their own keys come from themselves, so that no two wait for each other. */
  async #ask({ serverName, keyId, neededTs, isMet }: Need): Promise<void> {
    const { trustedNotaries, own } = this.#options
    const entry = await this.#entry(serverName)
    for (const notary of trustedNotaries) {
      if (isMet() || notary === serverName || notary === own.serverName) continue
      try {
        for (const read of await this.#questionsTo(notary).ask({ serverName, keyId, neededTs }))
          await this.#learn(serverName, entry, { ...read, isVouchedFor: true })
      } catch (error) {
        if (!(error instanceof FederationError)) throw error // the next one may know more
      }
    }
  }

  #questionsTo(notary: string): NotaryQuestions {
    const { peers, environment } = this.#options
    const notaryKey = async (id: string) => {
      const { keys } = await this.#entry(notary)
      if (!isUpTo(keys.get(id), environment.now())) await this.#fetch(notary)
      return keys.get(id)
    }
    const questions = this.#questions.get(notary) ?? new NotaryQuestions({ peers, notary, notaryKey })
    this.#questions.set(notary, questions)
    return questions
  }

  /**
   * A document never shortens what is known: notaries may have older ones. Nor does a notary put another key in the place
   * of a known one: only the server itself may have been set up anew and call its key as before.
   */
  async #learn(
    serverName: string,
    { keys }: Entry,
    { keys: said, validUntilTs, document, isVouchedFor }: Learned,
  ): Promise<void> {
    const { store, environment } = this.#options
    const now = environment.now()
    const isTrusted = ({ keyId, publicKey }: KnownKey) => {
      const known = keys.get(keyId)?.publicKey
      return !isVouchedFor || known === undefined || Buffer.compare(known, publicKey) === 0
    }
    const news = said
      .map((key) => bounded(key, now))
      .filter((key) => isTrusted(key) && isNews(keys.get(key.keyId), key))
    const before = keys.size
    for (const key of news) keys.set(key.keyId, key)
    const forgotten = surplus(keys, said)
    for (const keyId of forgotten) keys.delete(keyId)
    if (this.#entries.get(serverName)?.keys === keys) this.#count(keys.size - before)
    const row = { json: JSON.stringify(document), fetchedTs: now, validUntilTs: validUntil(validUntilTs, now) }
    const known = isVouchedFor ? await keyDocument(store.read, serverName) : undefined
    const isOlder = known !== undefined && known.validUntilTs > row.validUntilTs
    const kept = { serverName, keys: news.map(toRow), document: isOlder ? known : row }
    const isPruning = ++this.#documents % keyDocumentsPrunedAfter === 0
    await store.write((w) => {
      saveServerKeys(w, kept)
      forgetServerKeys(w, serverName, forgotten)
      if (isPruning) pruneKeyDocuments(w, keyDocumentsKeptMax)
    })
  }

  /** Servers with keys are forgotten in memory while there are too many keys, those used least recently first. */
  #count(moreKeys: number): void {
    this.#keyCount += moreKeys
    for (const [serverName, { keys }] of this.#entries) {
      if (this.#keyCount <= keysInMemoryMax) return
      this.#entries.delete(serverName)
      this.#keyCount -= keys.size
    }
  }
}

/** Ids of keys that are too many: those learned first that the server does not name any more. */
function surplus(keys: ReadonlyMap<string, KnownKey>, said: readonly KnownKey[]): string[] {
  const named = new Set(said.map(({ keyId }) => keyId))
  return [...keys.keys()].filter((keyId) => !named.has(keyId)).slice(0, Math.max(0, keys.size - keysPerServerMax))
}

interface Learned extends KeyDocument {
  /** It comes from a notary, not from the server itself. */
  readonly isVouchedFor: boolean
}

interface FetchLane {
  readonly slots: FetchSlots
  readonly waitingMax: number
}

/** The key somebody waits for. */
interface Need {
  readonly serverName: string
  readonly keyId: string
  readonly neededTs: number
  readonly isMet: () => boolean
}

/** Waits for the work, which goes on, or for that long. */
async function noLongerThan(environment: Environment, delayMs: number, work: Promise<unknown>): Promise<void> {
  const over = Promise.withResolvers<void>()
  const cancel = environment.timer(delayMs, over.resolve)
  try {
    await Promise.race([work, over.promise])
  } finally {
    cancel()
  }
}

/** Runs `work` for the first caller; those who come meanwhile get the same promise. */
function shared<T>(running: Map<string, Promise<T>>, name: string, work: () => Promise<T>): Promise<T> {
  const known = running.get(name)
  if (known !== undefined) return known
  const promise = work().finally(() => running.delete(name))
  running.set(name, promise)
  return promise
}

/** A retired key does not get better by asking again. */
const isUpTo = (key: KnownKey | undefined, neededTs: number): boolean =>
  key !== undefined && ('expiredTs' in key.times || key.times.validUntilTs >= neededTs)

const isNews = (known: KnownKey | undefined, said: KnownKey): boolean =>
  known === undefined ||
  'expiredTs' in said.times ||
  ('validUntilTs' in known.times && said.times.validUntilTs > known.times.validUntilTs)

/** "Servers MUST use the lesser of this field and 7 days into the future". */
const bounded = (key: KnownKey, now: number): KnownKey =>
  'expiredTs' in key.times ? key : { ...key, times: { validUntilTs: validUntil(key.times.validUntilTs, now) } }

const fromRow = ({ keyId, publicKey, validUntilTs, expiredTs }: ServerKeyRow): KnownKey => ({
  keyId,
  publicKey: decodeBase64(publicKey) ?? new Uint8Array(),
  times: expiredTs === null ? { validUntilTs } : { expiredTs },
})

const toRow = ({ keyId, publicKey, times }: KnownKey): ServerKeyRow => ({
  keyId,
  publicKey: encodeBase64(publicKey),
  validUntilTs: 'expiredTs' in times ? times.expiredTs : times.validUntilTs,
  expiredTs: 'expiredTs' in times ? times.expiredTs : null,
})

function ownKeys({ key, old }: KeyringOptions['own']): ReadonlyMap<string, KnownKey> {
  const current = { keyId: key.keyId, publicKey: key.publicKey, times: { validUntilTs: Infinity } }
  const retired = Object.entries(old).map(([keyId, { key: text, expired_ts: expiredTs }]) => ({
    keyId,
    publicKey: decodeBase64(text) ?? new Uint8Array(),
    times: { expiredTs },
  }))
  return new Map([...retired, current].map((each) => [each.keyId, each]))
}
