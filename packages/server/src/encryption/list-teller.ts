// Tells those who share a room with a user when the user's devices or keys change: a reader of the journal with a cursor
// of its own, so that whoever changes a device need not know who is concerned.
//
//   deviceList ─▶ who shares a room? ─▶ one write: deviceListTold (wakes /sync), EDUs for other servers, the cursor
import { senderCheckpointMs, senderPageEntriesMax, senderPendingEntriesMax } from '../federation-limits.ts'
import { journalReaderRetryMs } from '../limits.ts'
import { isLocal } from '../rooms/context.ts'
import { roomMates } from '../rooms/room-mates.ts'
import {
  deviceListOf,
  forgetRemovedDevice,
  outdateDeviceList,
  outdateDeviceListsIn,
  setDeviceList,
  setDeviceListChange,
} from '../store/device-lists.ts'
import { readerPosition, setReaderPosition } from '../store/journal-readers.ts'
import { addOutboundEdus } from '../store/outbound-edus.ts'
import { journalKind, type Journaled, type Write } from '../store/store.ts'
import type { EncryptionContext } from './context.ts'
import { deviceListUpdateText, introductionOf, newsOf, signingKeyUpdateText, type News } from './list-news.ts'
import { newMember } from './new-member.ts'

const readerName = 'device-lists'

/** The entry says that the membership of its user changed. */
const namesMember = ({ kind, user }: Journaled): boolean =>
  (kind === journalKind.event || kind === journalKind.memberMoved) && user !== 0

interface Telling {
  readonly userNid: number
  readonly news: readonly News[]
  readonly servers: readonly string[]
}

export class ListTeller implements AsyncDisposable {
  readonly #context: EncryptionContext
  /** Who is to be told of the change at a position; taken by the reader of the journal that wakes /sync. */
  readonly #audiences = new Map<number, ReadonlySet<number>>()
  #pending: Journaled[] = []
  #position = 0
  #savedPosition = 0
  #running: Promise<void> | undefined
  #isStopped = false
  #cancelTimer: () => void = () => {}

  private constructor(context: EncryptionContext) {
    this.#context = context
  }

  /** Goes on where the last run ended. */
  static async start(context: EncryptionContext): Promise<ListTeller> {
    const { store } = context.rooms
    const teller = new ListTeller(context)
    const known = await readerPosition(store.read, readerName)
    const position = known ?? store.durablePosition
    if (known === undefined) await store.write((w) => setReaderPosition(w, readerName, position))
    teller.#position = teller.#savedPosition = position
    store.onDurable((entries) => teller.#notice(entries))
    teller.#run()
    teller.#scheduleCheckpoint()
    return teller
  }

  takeAudience(position: number): Iterable<number> {
    const audience = this.#audiences.get(position) ?? []
    this.#audiences.delete(position)
    return audience
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true
    this.#cancelTimer()
    await this.#running
    await this.#checkpoint()
  }

  #notice(entries: readonly Journaled[]): void {
    if (this.#isStopped) return
    if (this.#pending.length + entries.length <= senderPendingEntriesMax) this.#pending.push(...entries)
    else this.#pending = [] // the rest is read from the journal
    this.#run()
  }

  #run(): void {
    if (this.#running !== undefined || this.#isStopped) return
    this.#running = this.#readOn().finally(() => (this.#running = undefined))
  }

  async #readOn(): Promise<void> {
    const { store, environment } = this.#context.rooms
    while (this.#position < store.durablePosition && !this.#isStopped)
      try {
        const entries = await this.#nextEntries()
        await this.#take(entries)
        this.#position = entries.at(-1)?.position ?? store.durablePosition
      } catch (err) {
        this.#context.log?.error({ err }, 'A change of devices could not be told')
        await new Promise<void>((resolve) => void environment.timer(journalReaderRetryMs, resolve))
      }
  }

  /** The entries after those dealt with: as they were announced, or from the journal where some were not kept. */
  async #nextEntries(): Promise<readonly Journaled[]> {
    const announced = this.#pending.filter(({ position }) => position > this.#position)
    if (announced[0]?.position !== this.#position + 1)
      return this.#context.rooms.store.journalSince(this.#position, senderPageEntriesMax)
    this.#pending = announced.slice(senderPageEntriesMax)
    return announced.slice(0, senderPageEntriesMax)
  }

  async #take(entries: readonly Journaled[]): Promise<void> {
    const changes = new Map<number, Set<number>>()
    for (const entry of entries) {
      if (namesMember(entry)) await this.#memberMoved(entry)
      if (entry.kind !== journalKind.deviceList) continue
      changes.set(entry.user, (changes.get(entry.user) ?? new Set()).add(entry.ref))
    }
    const through = entries.at(-1)?.position ?? this.#position
    const last = [...changes.keys()].at(-1)
    for (const [userNid, refs] of changes)
      await this.#changed(userNid, { refs, through: userNid === last ? through : undefined })
  }

  async #changed(
    userNid: number,
    { refs, through }: { refs: Set<number>; through: number | undefined },
  ): Promise<void> {
    const { rooms } = this.#context
    const userId = await rooms.users.userId(userNid)
    if (userId === undefined) return
    const isOurs = isLocal(rooms, userId)
    const news = isOurs ? await newsOf(this.#context, { userId, userNid, refs }) : []
    if (isOurs && news.length === 0) return
    const mates = await roomMates(rooms, userNid)
    const servers = isOurs ? [...mates.servers].filter((name) => name !== rooms.serverName) : []
    await this.#tell({ userNid, news, servers }, (w) => {
      const position = w.journal({ kind: journalKind.deviceListTold, room: 0, user: userNid, ref: 0 })
      setDeviceListChange(w, userNid, position)
      this.#audiences.set(position, mates.users)
      if (through !== undefined) setReaderPosition(w, readerName, through)
    })
    if (through !== undefined) this.#savedPosition = through
  }

  /** EDUs in the order of the changes, each with a journal position of its own. */
  async #tell({ userNid, news, servers }: Telling, also: (w: Write) => void): Promise<void> {
    const { store, environment } = this.#context.rooms
    const list = await deviceListOf(store.read, userNid)
    await store.write((w) => {
      let previous = list?.streamId ?? null
      for (const each of servers.length > 0 ? news : []) {
        const position = w.journal({ kind: journalKind.keptEdu, room: 0, user: 0, ref: 0 })
        const isDevice = each.kind === 'device'
        const json = isDevice
          ? deviceListUpdateText(each.device, { streamId: position, previous })
          : signingKeyUpdateText(each.keys)
        addOutboundEdus(w, servers, { position, json, ts: environment.now() })
        if (isDevice) previous = position
      }
      for (const each of news)
        if (each.kind === 'device' && each.removedNid !== undefined) forgetRemovedDevice(w, each.removedNid)
      if (previous !== null && previous !== list?.streamId)
        setDeviceList(w, userNid, { streamId: previous, isCurrent: 1 })
      also(w)
    })
  }

  /**
   * Somebody came to a room. Of one who shared no room before, changes may have been missed, here and there: what is
   * cached is asked for anew, and other servers in the room hear of a change ("when that user joins a room which contains
   * servers which are not already receiving updates").
   */
  async #memberMoved(entry: Journaled): Promise<void> {
    const { rooms } = this.#context
    const joined = await newMember(rooms, entry)
    if (!joined) return
    const { room, userId, userNid } = joined
    if (!isLocal(rooms, userId)) {
      const list = await deviceListOf(rooms.store.read, userNid)
      if (list?.isCurrent === 1) await rooms.store.write((w) => outdateDeviceList(w, userNid))
      return
    }
    if (room.localJoined.size === 1) await rooms.store.write((w) => outdateDeviceListsIn(w, room.nid))
    const servers = [...room.hosts.keys()].filter((name) => name !== rooms.serverName)
    const news = servers.length === 0 ? [] : await introductionOf(this.#context, userId, userNid)
    if (news.length > 0) await this.#tell({ userNid, news, servers }, () => {})
  }

  #scheduleCheckpoint(): void {
    if (this.#isStopped) return
    this.#cancelTimer = this.#context.rooms.environment.timer(senderCheckpointMs, () => {
      this.#checkpoint()
        .catch((err: unknown) => this.#context.log?.error({ err }, 'A position could not be kept'))
        .finally(() => this.#scheduleCheckpoint())
    })
  }

  async #checkpoint(): Promise<void> {
    const position = this.#position
    if (position === this.#savedPosition) return
    await this.#context.rooms.store.write((w) => setReaderPosition(w, readerName, position))
    this.#savedPosition = position
  }
}
