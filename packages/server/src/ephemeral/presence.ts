// Presence: of this server's users set by request, by polling /sync, and by time passing; of others as their servers say.
// https://spec.matrix.org/v1.19/client-server-api/#presence
import type { JsonObject } from '@myelin/algorithms/json'
import { MatrixError } from '@myelin/protocol/errors'
import { BoundedMap } from '../federation/bounded-map.ts'
import {
  presenceAudiencesMax,
  presenceCurrentlyActiveMs,
  presenceIdleMs,
  presenceOfflineMs,
  presencePeersMax,
  presenceReceivedMs,
  presenceRenewMs,
  presenceStatusBytesMax,
  presenceUnplacedMax,
} from '../limits.ts'
import { isLocal, type RoomsContext } from '../rooms/context.ts'
import { allPresence, setPresence, type PresenceRow } from '../store/presence.ts'
import { journalKind } from '../store/store.ts'
import { roomMates, type RoomMates } from '../rooms/room-mates.ts'
import { renewedRef } from './entry-refs.ts'

export type PresenceState = 'online' | 'unavailable' | 'offline'

/** Content of an `m.presence` event. */
export interface PresenceContent {
  readonly presence: string
  readonly last_active_ago?: number
  readonly status_msg?: string
  readonly currently_active?: boolean
}

interface Known {
  readonly userId: string
  presence: PresenceState
  statusMsg: string | null
  lastActiveTs: number
  /** When the last poll began or ended; a user without polls goes offline. */
  lastPollTs: number
  polling: number
  /** When other servers were last told. */
  toldTs: number
  readonly isLocal: boolean
}

/** What another server says of a user. */
export interface ReceivedPresence {
  readonly presence: PresenceState
  readonly statusMsg: string | null
  /** Undefined where that is not said. */
  readonly lastActiveAgoMs: number | undefined
}

export interface PresenceOptions {
  readonly rooms: RoomsContext
  /** When false everybody is offline and nothing is stored. */
  readonly enabled: boolean
}

type User = { readonly userNid: number; readonly userId: string }

/** Who is online. */
export class Presence {
  readonly enabled: boolean
  readonly #options: PresenceOptions
  readonly #known = new Map<number, Known>()
  /** Who is to be told of the change at a position: users here for `sync`, servers for the sender; each takes its own. */
  readonly #users = new BoundedMap<RoomMates['users']>(presenceAudiencesMax)
  readonly #servers = new BoundedMap<RoomMates['servers']>(presenceAudiencesMax)
  readonly #unplaced = new BoundedMap<ReceivedPresence>(presenceUnplacedMax)
  #peers = 0
  #sweeping = false

  constructor(options: PresenceOptions) {
    this.#options = options
    this.enabled = options.enabled
  }

  /** Loads what was known at the last stop; users who do not come back go offline after a while. */
  async load(): Promise<void> {
    if (!this.enabled) return
    const { rooms } = this.#options
    const now = rooms.environment.now()
    for (const row of await allPresence(rooms.store.read)) {
      const isOurs = isLocal(rooms, row.user_id)
      if (!isOurs && (row.presence === 'offline' || ++this.#peers > presencePeersMax)) continue
      this.#known.set(row.user_nid, {
        userId: row.user_id,
        presence: presenceState(row.presence),
        statusMsg: row.status_msg,
        lastActiveTs: row.last_active_ts,
        lastPollTs: now,
        polling: 0,
        toldTs: now,
        isLocal: isOurs,
      })
    }
    this.#scheduleSweep()
  }

  /** PUT …/status. The status message is dropped when absent. */
  async set(user: User, state: PresenceState, statusMsg: string | undefined): Promise<void> {
    if (!this.enabled) return
    if (statusMsg !== undefined && Buffer.byteLength(statusMsg) > presenceStatusBytesMax)
      throw new MatrixError('M_INVALID_PARAM', `A status message has at most ${presenceStatusBytesMax} bytes`)
    const known = this.#of(user)
    const now = this.#options.rooms.environment.now()
    if (state !== 'offline') known.lastActiveTs = now
    known.lastPollTs = now
    await this.#change(user.userNid, known, { presence: state, statusMsg: statusMsg ?? null })
  }

  /** A /sync begins with `set_presence`; the returned function is called when it ends. */
  polled(user: User, state: PresenceState): () => void {
    if (!this.enabled || state === 'offline') return () => undefined
    const known = this.#of(user)
    const { environment } = this.#options.rooms
    known.lastPollTs = environment.now()
    known.polling++
    // "online" wakes an offline user; an idle one stays idle until active, and "unavailable" never hides activity.
    const next = known.presence === 'offline' || state === 'unavailable' ? state : known.presence
    if (known.presence === 'offline' && state === 'online') known.lastActiveTs = environment.now()
    this.#changeLater(user.userNid, known, next)
    return () => {
      known.polling--
      known.lastPollTs = environment.now()
    }
  }

  /** The user did something: sent an event, a receipt, a typing notice. */
  active(user: User): void {
    if (!this.enabled) return
    const known = this.#of(user)
    known.lastActiveTs = known.lastPollTs = this.#options.rooms.environment.now()
    this.#changeLater(user.userNid, known, 'online')
  }

  /**
   * Another server says how it is with one of its users, who is seen only by those who share a room. What it says of
   * others is kept for a while: who has just been let into a room may be told of its people before knowing them.
   */
  async receive(userId: string, received: ReceivedPresence): Promise<void> {
    if (!this.enabled) return
    const userNid = await this.#options.rooms.users.find(userId)
    const isTaken = userNid !== undefined && (await this.#receive({ userNid, userId }, received))
    if (!isTaken) this.#unplaced.set(userId, received)
  }

  /** Something was said of users who are not known here yet. */
  get isWaiting(): boolean {
    return this.#unplaced.size > 0
  }

  /** A user has come into a room: what was said before counts now, of that user, or of everybody there. */
  async placeAgain(ofUser?: string): Promise<void> {
    const userIds = ofUser === undefined ? Array.from(this.#unplaced, ([userId]) => userId) : [ofUser]
    const again = userIds.map(async (userId) => {
      const received = this.#unplaced.get(userId)
      this.#unplaced.delete(userId)
      if (received) await this.receive(userId, received)
    })
    await Promise.all(again)
  }

  /** False for a user who shares no room with anybody here. */
  async #receive(user: User, { presence, statusMsg, lastActiveAgoMs }: ReceivedPresence): Promise<boolean> {
    const now = this.#options.rooms.environment.now()
    const before = this.#known.get(user.userNid)
    if (!before && (presence === 'offline' || this.#peers >= presencePeersMax)) return true
    const known = before ?? fresh(user.userId, false)
    if (lastActiveAgoMs !== undefined) known.lastActiveTs = now - Math.min(Math.max(lastActiveAgoMs, 0), now)
    known.lastPollTs = now
    if (before?.presence === presence && before.statusMsg === statusMsg) return true
    const mates = await roomMates(this.#options.rooms, user.userNid)
    if (mates.users.size === 0) return false
    this.#keepPeer(user.userNid, known)
    await this.#write(user.userNid, Object.assign(known, { presence, statusMsg }), mates)
    if (presence === 'offline' && this.#known.delete(user.userNid)) this.#peers--
    return true
  }

  #keepPeer(userNid: number, known: Known): void {
    if (this.#known.has(userNid)) return
    this.#known.set(userNid, known)
    this.#peers++
    this.#scheduleSweep()
  }

  /** Content of the user's `m.presence` event now. */
  content(userNid: number): PresenceContent {
    const known = this.#known.get(userNid)
    if (!known) return { presence: 'offline' }
    return this.contentOf({ presence: known.presence, status_msg: known.statusMsg, last_active_ts: known.lastActiveTs })
  }

  /** Content of an `m.presence` event from a stored row. */
  contentOf(row: Pick<PresenceRow, 'presence' | 'status_msg' | 'last_active_ts'>): PresenceContent {
    const ago = Math.max(0, this.#options.rooms.environment.now() - row.last_active_ts)
    return {
      presence: row.presence,
      ...(row.last_active_ts > 0 && { last_active_ago: ago }),
      ...(row.status_msg !== null && { status_msg: row.status_msg }),
      ...(row.presence === 'online' && { currently_active: ago < presenceCurrentlyActiveMs }),
    }
  }

  /** What other servers are told of a user of this one. */
  update(userNid: number): JsonObject | undefined {
    const known = this.#known.get(userNid)
    return known && { last_active_ago: 0, ...this.content(userNid), user_id: known.userId }
  }

  /** The users to tell about the change at `position`. To be asked once. */
  takeUsers(position: number): Iterable<number> {
    return take(this.#users, position)
  }

  /** The servers to tell. To be asked once. */
  takeServers(position: number): Iterable<string> {
    return take(this.#servers, position)
  }

  #of({ userNid, userId }: User): Known {
    const known = this.#known.get(userNid) ?? fresh(userId, true)
    this.#known.set(userNid, known)
    this.#scheduleSweep()
    return known
  }

  #changeLater(userNid: number, known: Known, presence: PresenceState) {
    if (known.presence === presence) return
    // Presence is best effort: a failed commit is reported by the store, and the next change tells it again.
    this.#change(userNid, known, { presence, statusMsg: known.statusMsg }).catch(() => undefined)
  }

  async #change(userNid: number, known: Known, next: { presence: PresenceState; statusMsg: string | null }) {
    if (known.presence === next.presence && known.statusMsg === next.statusMsg) return
    known.presence = next.presence
    known.statusMsg = next.statusMsg
    await this.#write(userNid, known, await roomMates(this.#options.rooms, userNid))
  }

  async #write(userNid: number, known: Known, { users, servers }: RoomMates): Promise<void> {
    const { store, environment } = this.#options.rooms
    known.toldTs = environment.now()
    await store.write((w) => {
      const position = w.journal({ kind: journalKind.presence, room: 0, user: userNid, ref: 0 })
      this.#users.set(String(position), users)
      if (known.isLocal) this.#servers.set(String(position), servers)
      setPresence(w, {
        user_nid: userNid,
        presence: known.presence,
        status_msg: known.statusMsg,
        last_active_ts: known.lastActiveTs,
        position,
      })
    })
  }

  /** Nothing has changed; other servers hear so before they give the user up. */
  async #renew(userNid: number, known: Known): Promise<void> {
    const { rooms } = this.#options
    known.toldTs = rooms.environment.now()
    const { servers } = await roomMates(rooms, userNid)
    if (servers.size < 2) return
    await rooms.store.write((w) => {
      const position = w.journal({ kind: journalKind.presence, room: 0, user: userNid, ref: renewedRef })
      this.#servers.set(String(position), servers)
    })
  }

  #scheduleSweep() {
    if (this.#sweeping || this.#known.size === 0) return
    this.#sweeping = true
    this.#options.rooms.environment.timer(presenceOfflineMs / 4, () => {
      this.#sweeping = false
      if (this.#sweep()) this.#scheduleSweep()
    })
  }

  /** Time passes. True while somebody is not offline. */
  #sweep(): boolean {
    const now = this.#options.rooms.environment.now()
    let anyone = false
    for (const [userNid, known] of this.#known) {
      if (known.presence === 'offline') continue
      anyone = true
      const next = presenceAt(known, now)
      if (next !== known.presence) this.#changeLater(userNid, known, next)
      else if (known.isLocal && now - known.toldTs >= presenceRenewMs)
        this.#renew(userNid, known).catch(() => undefined)
      if (next === 'offline' && !known.isLocal && this.#known.delete(userNid)) this.#peers--
    }
    return anyone
  }
}

/** Without polls a user goes offline, without activity idle; a user of another server when nothing is heard of it. */
function presenceAt({ isLocal, polling, presence, lastPollTs, lastActiveTs }: Known, now: number): PresenceState {
  if (!isLocal) return now - lastPollTs >= presenceReceivedMs ? 'offline' : presence
  if (polling === 0 && now - lastPollTs >= presenceOfflineMs) return 'offline'
  return presence === 'online' && now - lastActiveTs >= presenceIdleMs ? 'unavailable' : presence
}

const fresh = (userId: string, isLocal: boolean): Known => ({
  ...{ userId, presence: 'offline', statusMsg: null, lastActiveTs: 0, lastPollTs: 0, polling: 0, toldTs: 0, isLocal },
})

function take<T>(audiences: BoundedMap<ReadonlySet<T>>, position: number): Iterable<T> {
  const audience = audiences.get(String(position)) ?? []
  audiences.delete(String(position))
  return audience
}

const presenceState = (text: string): PresenceState => (text === 'online' || text === 'unavailable' ? text : 'offline')
