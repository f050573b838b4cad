// Transaction ids: a request that a device repeats is answered with the event it made the first time.
// "The scope of a transaction ID is for a single device, and a single HTTP endpoint."
// https://spec.matrix.org/v1.19/client-server-api/#transaction-identifiers
import type { Environment } from '../environment.ts'
import { transactionDevicesMax, transactionKeptMs, transactionsPerDeviceMax } from '../limits.ts'
import { eventsByNids } from '../store/events.ts'
import type { Store } from '../store/store.ts'
import { pruneTransactions, recentTransactions } from '../store/transactions.ts'
import type { RoomEvent } from './room-event.ts'

/** A client's transaction id with its scope. */
export interface Transaction {
  readonly deviceNid: number
  readonly transactionId: string
  /** The endpoint, with its path parameters. */
  readonly key: string
}

interface Asked {
  readonly by: { readonly deviceNid?: number | undefined }
  readonly transactionId?: string | undefined
  readonly key: string
}

/** What is remembered of one device: the id of the event of each request (or its nid, as loaded), oldest first. */
interface DeviceTransactions {
  readonly answers: Map<string, Promise<string> | number>
  readonly byEvent: Map<number, string>
}

export class Transactions {
  readonly #store: Store
  readonly #environment: Environment
  /** In order of last use. */
  readonly #devices = new Map<number, Promise<DeviceTransactions>>()
  readonly #loaded = new Map<number, DeviceTransactions>()

  constructor(store: Store, environment: Environment) {
    this.#store = store
    this.#environment = environment
    store.onReset(() => this.#forgetAll())
  }

  /** Runs `make`, which resolves with an event id, unless the device has made this request before or is making it. */
  async once(asked: Asked, make: (transaction: Transaction | undefined) => Promise<string>): Promise<string> {
    const { by, transactionId, key } = asked
    if (by.deviceNid === undefined || transactionId === undefined) return make(undefined)
    const device = this.#loaded.get(by.deviceNid) ?? (await this.#load(by.deviceNid))
    const name = nameOf(transactionId, key)
    const known = device.answers.get(name)
    if (known !== undefined) return typeof known === 'number' ? this.#eventId(known) : known
    const answer = make({ deviceNid: by.deviceNid, transactionId, key })
    device.answers.set(name, answer)
    forgetOldest(device.answers)
    answer.catch(() => device.answers.delete(name))
    return answer
  }

  /** Remembers which transaction made an event. */
  made({ deviceNid, transactionId }: Transaction, event: RoomEvent): void {
    const device = this.#loaded.get(deviceNid)
    if (!device) return
    device.byEvent.set(event.nid, transactionId)
    forgetOldest(device.byEvent)
  }

  /** Brings what is known of a device into memory, for `idOf`. */
  async load(deviceNid: number): Promise<void> {
    if (!this.#loaded.has(deviceNid)) await this.#load(deviceNid)
  }

  /** The transaction id under which this device made the event; undefined for events of other devices. */
  idOf(deviceNid: number | undefined, event: RoomEvent): string | undefined {
    if (deviceNid === undefined) return undefined
    if (event.transaction)
      return event.transaction.deviceNid === deviceNid ? event.transaction.transactionId : undefined
    return this.#loaded.get(deviceNid)?.byEvent.get(event.nid)
  }

  #load(deviceNid: number): Promise<DeviceTransactions> {
    const known = this.#devices.get(deviceNid)
    if (known) return known
    const loading = this.#read(deviceNid)
    this.#devices.set(deviceNid, loading)
    loading.catch(() => this.#devices.delete(deviceNid))
    for (const oldest of this.#devices.keys()) {
      if (this.#devices.size <= transactionDevicesMax) break
      this.#devices.delete(oldest)
      this.#loaded.delete(oldest)
    }
    return loading
  }

  async #read(deviceNid: number): Promise<DeviceTransactions> {
    const since = this.#environment.now() - transactionKeptMs
    const rows = await recentTransactions(this.#store.read, deviceNid, { since, limit: transactionsPerDeviceMax })
    const device: DeviceTransactions = { answers: new Map(), byEvent: new Map() }
    for (const { transactionId, key, eventNid } of rows.toReversed()) {
      if (eventNid === null) continue
      device.answers.set(nameOf(transactionId, key), eventNid)
      device.byEvent.set(eventNid, transactionId)
    }
    this.#loaded.set(deviceNid, device)
    if (rows.length > 0) await this.#store.write((w) => pruneTransactions(w, deviceNid, since))
    return device
  }

  async #eventId(nid: number): Promise<string> {
    const [row] = await eventsByNids(this.#store.read, [nid])
    if (!row) throw new Error('the event of a remembered transaction is stored')
    return row.eventId
  }

  #forgetAll(): void {
    this.#devices.clear()
    this.#loaded.clear()
  }
}

const nameOf = (transactionId: string, key: string) => `${key}\0${transactionId}`

function forgetOldest<K>(remembered: Map<K, unknown>): void {
  if (remembered.size > transactionsPerDeviceMax)
    for (const oldest of remembered.keys()) return void remembered.delete(oldest)
}
