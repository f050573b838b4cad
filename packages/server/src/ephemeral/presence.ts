// Presence of local users: set by request, by polling /sync, and by time passing.
// https://spec.matrix.org/v1.19/client-server-api/#presence
import { MatrixError } from '@myelin/protocol/errors'
import { presenceCurrentlyActiveMs, presenceIdleMs, presenceOfflineMs, presenceStatusBytesMax } from '../limits.ts'
import type { RoomsContext } from '../rooms/context.ts'
import { allPresence, setPresence, type PresenceRow } from '../store/presence.ts'
import { journalKind } from '../store/store.ts'
import { roomMates } from './room-mates.ts'

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
}

export interface PresenceOptions {
  readonly rooms: RoomsContext
  /** When false everybody is offline and nothing is stored. */
  readonly enabled: boolean
}

type User = { readonly userNid: number; readonly userId: string }

/** The presence of this server's users. */
export class Presence {
  readonly enabled: boolean
  readonly #options: PresenceOptions
  readonly #known = new Map<number, Known>()
  /** Who is to be told of the change at a position; taken by the reader of the journal. */
  readonly #audiences = new Map<number, ReadonlySet<number>>()
  #sweeping = false

  constructor(options: PresenceOptions) {
    this.#options = options
    this.enabled = options.enabled
  }

  /** Loads what was known at the last stop; users who do not come back go offline after a while. */
  async load(): Promise<void> {
    if (!this.enabled) return
    const now = this.#options.rooms.environment.now()
    for (const row of await allPresence(this.#options.rooms.store.read)) {
      this.#known.set(row.user_nid, {
        userId: row.user_id,
        presence: presenceState(row.presence),
        statusMsg: row.status_msg,
        lastActiveTs: row.last_active_ts,
        lastPollTs: now,
        polling: 0,
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

  /** Takes the list of users to tell about the change at `position`. */
  takeAudience(position: number): Iterable<number> {
    const audience = this.#audiences.get(position) ?? []
    this.#audiences.delete(position)
    return audience
  }

  #of({ userNid, userId }: User): Known {
    const fresh = { userId, presence: 'offline' as const, statusMsg: null, lastActiveTs: 0, lastPollTs: 0, polling: 0 }
    const known = this.#known.get(userNid) ?? fresh
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
    const { rooms } = this.#options
    const audience = await roomMates(rooms, userNid)
    await rooms.store.write((w) => {
      const position = w.journal({ kind: journalKind.presence, room: 0, user: userNid, ref: 0 })
      this.#audiences.set(position, audience)
      setPresence(w, {
        user_nid: userNid,
        presence: known.presence,
        status_msg: known.statusMsg,
        last_active_ts: known.lastActiveTs,
        position,
      })
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

  /** Time passes: without polls a user goes offline, without activity idle. True while somebody is not offline. */
  #sweep(): boolean {
    const now = this.#options.rooms.environment.now()
    let anyone = false
    for (const [userNid, known] of this.#known) {
      if (known.presence === 'offline') continue
      anyone = true
      if (known.polling === 0 && now - known.lastPollTs >= presenceOfflineMs)
        this.#changeLater(userNid, known, 'offline')
      else if (known.presence === 'online' && now - known.lastActiveTs >= presenceIdleMs)
        this.#changeLater(userNid, known, 'unavailable')
    }
    return anyone
  }
}

const presenceState = (text: string): PresenceState => (text === 'online' || text === 'unavailable' ? text : 'offline')
