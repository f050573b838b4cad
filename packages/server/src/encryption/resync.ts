// Fetching device lists anew of which updates were missed: a few at once of each server, and ever less often where it
// fails. A server that takes long keeps its own users waiting, and not those of others.
// https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1userdevicesuserid
import { serverNameOf } from '@myelin/algorithms/user-id'
import type { UserId } from '@myelin/protocol/identifiers'
import { delayAfter } from '../federation/doubling.ts'
import { FederationError } from '../federation/federation-error.ts'
import { FetchSlots } from '../federation/fetch-slots.ts'
import { federationLongAnswerBytesMax } from '../federation-limits.ts'
import {
  deviceListFetchesAtOnceMax,
  deviceListFetchesPerServerMax,
  deviceListFetchesWaitingMax,
  deviceListRetryFirstMs,
  deviceListRetryMaxMs,
  deviceListTimeoutMs,
} from '../limits.ts'
import { deviceListOf } from '../store/device-lists.ts'
import { createKeyedMutex } from '../store/keyed-mutex.ts'
import { keepList } from './cached-lists.ts'
import type { EncryptionContext } from './context.ts'
import { askForDevices, listOfDevices } from './peer-answers.ts'

export class Resync implements AsyncDisposable {
  readonly #perServer = createKeyedMutex()
  readonly #stop = new AbortController()
  /** Users whose lists are being fetched or will be, with what ends the wait for it. */
  readonly #waiting = new Map<number, () => void>()
  readonly #running = new Set<Promise<void>>()
  #context: EncryptionContext | undefined
  #slots: FetchSlots | undefined

  /** Before the first request. */
  start(context: EncryptionContext): void {
    this.#context = context
    this.#slots = new FetchSlots(context.rooms.environment, deviceListFetchesAtOnceMax)
  }

  /** Fetches the list soon. Where too many wait, it is fetched when a client asks for it. */
  request(userId: string, userNid: number): void {
    if (this.#waiting.has(userNid) || this.#waiting.size >= deviceListFetchesWaitingMax) return
    this.#waiting.set(userNid, () => {})
    this.#try(userId, userNid, 0)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('the server stops'))
    for (const cancel of this.#waiting.values()) cancel()
    await Promise.all(this.#running)
  }

  #try(userId: string, userNid: number, failures: number): void {
    const place = `${serverNameOf(userId)} ${userNid % deviceListFetchesPerServerMax}`
    const run = this.#perServer
      .run(place, async () => this.#slots?.run(() => this.#fetch(userId, userNid), this.#stop.signal))
      .then(() => void this.#waiting.delete(userNid))
      .catch((error: unknown) => this.#failed(error, { userId, userNid, failures: failures + 1 }))
      .finally(() => this.#running.delete(run))
    this.#running.add(run)
  }

  #failed(error: unknown, { userId, userNid, failures }: { userId: string; userNid: number; failures: number }): void {
    if (this.#stop.signal.aborted) return
    const isTheirs = error instanceof FederationError
    if (!isTheirs) this.#context?.log?.error({ err: error, userId }, 'A device list could not be fetched')
    // A server that refuses will not change its mind.
    if (!isTheirs || error.kind !== 'unreachable') return void this.#waiting.delete(userNid)
    const delayMs = delayAfter(failures, { firstMs: deviceListRetryFirstMs, maxMs: deviceListRetryMaxMs })
    const cancel = this.#context?.rooms.environment.timer(delayMs, () => this.#try(userId, userNid, failures))
    this.#waiting.set(userNid, cancel ?? (() => {}))
  }

  async #fetch(userId: string, userNid: number): Promise<void> {
    const context = this.#context
    const peers = context?.rooms.federation?.peers
    if (!context || !peers) return
    const list = await deviceListOf(context.rooms.store.read, userNid)
    // Somebody has asked for it meanwhile.
    if (list?.isCurrent !== 0) return
    for (let isCurrent = false; !isCurrent && !this.#stop.signal.aborted;) {
      const fetch = context.fetches.begin(userNid)
      try {
        const path = { userId: userId as UserId }
        const limits = { timeoutMs: deviceListTimeoutMs, responseBytesMax: federationLongAnswerBytesMax }
        const options = { ...limits, signal: this.#stop.signal }
        const answer = await peers.call(serverNameOf(userId), askForDevices, { path }, options)
        await keepList(context, userNid, { list: listOfDevices(answer, userId), isCurrent: () => fetch.isUntouched })
        isCurrent = fetch.isUntouched
      } finally {
        fetch.end()
      }
    }
  }
}
