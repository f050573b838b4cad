// Bounds what is kept for servers that do not return: EDUs that must arrive are dropped when they are too old, too many or too long.
import type { Environment } from '../environment.ts'
import type { Logger } from '../http/log.ts'
import { keptEdusBytesPerServerMax, keptEdusMs, keptEdusPerServerMax, keptEdusPruneMs } from '../federation-limits.ts'
import {
  crowdedServers,
  dateOutboundEdus,
  oldOutboundEdus,
  type OutboundEduCount,
  outboundEdusBeyond,
  removeOldOutboundEdus,
  removeOutboundEdus,
} from '../store/outbound-edus.ts'
import type { Store } from '../store/store.ts'

export interface KeptEdusOptions {
  readonly store: Store
  readonly environment: Environment
  readonly log?: Logger | undefined
}

export class KeptEdus {
  readonly #options: KeptEdusOptions
  /** Servers of which it has been said that EDUs for them were dropped, since they last got some. */
  readonly #said = new Set<string>()
  #isStopped = false
  #cancelTimer: () => void = () => {}
  #pruning: Promise<void> = Promise.resolve()

  constructor(options: KeptEdusOptions) {
    this.#options = options
  }

  /** Drops what is too much, now and from then on now and again. */
  start(): void {
    this.#pruning = this.#prune()
      .catch((error: unknown) => this.#options.log?.error({ err: error }, 'Kept EDUs could not be looked through'))
      .finally(() => {
        if (!this.#isStopped) this.#cancelTimer = this.#options.environment.timer(keptEdusPruneMs, () => this.start())
      })
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#cancelTimer()
    await this.#pruning
  }

  /** The server has got what was kept for it. */
  arrived(serverName: string): void {
    this.#said.delete(serverName)
  }

  async #prune(): Promise<void> {
    const { store, environment } = this.#options
    const now = environment.now()
    const before = now - keptEdusMs
    await store.write((w) => dateOutboundEdus(w, now))
    const old = await oldOutboundEdus(store.read, before)
    if (old.length > 0) await store.write((w) => removeOldOutboundEdus(w, before))
    for (const each of old) this.#say(each)
    const bounds = { edusMax: keptEdusPerServerMax, bytesMax: keptEdusBytesPerServerMax }
    for (const serverName of await crowdedServers(store.read, bounds)) {
      const { position, count } = await outboundEdusBeyond(store.read, serverName, bounds)
      await store.write((w) => removeOutboundEdus(w, serverName, position))
      if (count > 0) this.#say({ serverName, count })
    }
  }

  #say({ serverName: destination, count }: OutboundEduCount): void {
    if (this.#said.has(destination)) return
    this.#said.add(destination)
    this.#options.log?.warn({ destination, count }, 'EDUs for a server that is away are dropped: too old, or too much')
  }
}
