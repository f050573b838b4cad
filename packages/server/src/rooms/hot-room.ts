// A room in memory: all that a local send, a sync or a push decision asks for, so that none of them has to read.
// Changed only by `append`, synchronously; what is not in memory (old events, old states) is loaded through its source.
import assert from 'node:assert/strict'
import type { AuthDag } from '@myelin/algorithms/auth-dag'
import type { RoomVersionRules } from '@myelin/algorithms/room-version'
import { ResolutionMemory } from '@myelin/algorithms/state-resolution'
import { StateArena } from '@myelin/algorithms/state-vector'
import { BoundedMap } from '../federation/bounded-map.ts'
import { eventsNotFoundRememberedMax, followedEventsMax } from '../federation-limits.ts'
import { hotRoomArenaBytesMax, serverStandingsMax, stateEventsKeptMax, threadTotalsKeptMax } from '../limits.ts'
import { AgingMap } from './aging-map.ts'
import { AuthEventsKept } from './auth-events-kept.ts'
import type { HistoryFetch } from './backfill.ts'
import { RecentEvents } from './recent-events.ts'
import type { RoomEvent } from './room-event.ts'

export type Membership = 'join' | 'invite' | 'knock' | 'leave' | 'ban'

/** Where a hot room loads from what it does not hold. */
export interface RoomSource {
  /** Events by nid, in the order asked for; unknown nids are left out. */
  events(room: HotRoom, nids: readonly number[]): Promise<RoomEvent[]>
  /** Makes the roots of these snapshots, and of their parents, known to the room (`addRoot`). */
  roots(room: HotRoom, snapshots: readonly number[]): Promise<void>
}

/** A forward extremity: what the next event names in `prev_events`. */
export interface Head {
  readonly nid: number
  readonly eventId: string
  readonly depth: number
  /** The stored state after it in the event graph, where that is known without a look at the event. */
  readonly after?: number
}

/** Notifying and highlighting events so far in one partition of the timeline. */
export interface Totals {
  readonly notify: number
  readonly highlight: number
}

/** What a state event does to the state of its room. */
export interface StateChange {
  readonly type: string
  readonly stateKey: string
  readonly slot: number
  /** Nid of the event it takes the place of, or 0. */
  readonly replaced: number
  readonly root: number
  readonly snapshot: number
  readonly changesSinceCheckpoint: number
}

/** The state moved to where several slots may differ. */
export interface StateMove {
  readonly root: number
  readonly snapshot: number
  readonly changesSinceCheckpoint: number
  /** Nids of the state events that no longer are. */
  readonly replaced: readonly number[]
  /** The state events that are new. */
  readonly events: readonly RoomEvent[]
}

/** The state lacks members: this server joined without them, and fetches them. */
export interface PartialState {
  /** The join that brought this server in. */
  readonly joinNid: number
  /** Servers in the room, the one that let this one in first. */
  readonly servers: readonly string[]
}

/** How many users of a server have joined, and are invited, in a state of the room. */
export interface ServerStanding {
  readonly root: number
  readonly joined: number
  readonly invited: number
}

/** A user as the room counts members. */
export interface MemberHost {
  readonly isLocal: boolean
  /** Name of the user's server. */
  readonly host: string
}

// Measured: maps of slots and memberships, and an event with its text and what is parsed of it.
const bytesPerSlot = 250
const bytesPerEvent = 3_000

interface SlotsOfType {
  readonly type: string
  readonly byStateKey: Map<string, number>
}

/** An event that was written and is not durable yet. */
interface Arrival {
  readonly event: RoomEvent
  readonly durable: Promise<unknown>
}

/** How it stands with history from other servers. */
interface HistoryStanding {
  /** By the place of the event after the gap; 0: at the beginning. */
  readonly fetching: Map<number, Promise<HistoryFetch>>
  /** Milliseconds since the epoch. */
  restsUntilMs: number
  /** Searches for single events, by id; whether they are here in the end. */
  readonly lookUps: Map<string, Promise<boolean>>
  /** Until when nobody is asked for an event again, by id, milliseconds since the epoch. */
  readonly notFoundUntilMs: BoundedMap<number>
}

export interface HotRoomOptions {
  readonly nid: number
  readonly roomId: string
  readonly rules: RoomVersionRules
  readonly source: RoomSource
}

export class HotRoom {
  readonly nid: number
  readonly roomId: string
  /** The room version's rules; `rules.id` is the version. */
  readonly rules: RoomVersionRules
  readonly arena = new StateArena()
  /** Current membership of everyone who ever had one, by user nid. */
  readonly memberships = new Map<number, Membership>()
  /** Joined users of this server, by nid. */
  readonly localJoined = new Set<number>()
  /** Counters of the main timeline (key 0) and of the threads (key: nid of the root) as far as they are loaded. */
  readonly totals = new Map<number, Totals>()
  /** The root of the current state in `arena`, and the number under which it is stored. */
  root: number = this.arena.empty
  snapshot = 0
  heads: readonly Head[] = []
  /** Position of the last event; 0 in an empty room. */
  lastPosition = 0
  /** Every live event with an `ord` above this is in `recent`. */
  recentAfter = 0
  /** Servers with joined users, and how many of them each has. */
  readonly hosts = new Map<string, number>()
  /** Servers with invited users, and how many of them each has. */
  readonly invitedHosts = new Map<string, number>()
  /** What past states say of servers, by name; of each server the state that was asked for last. */
  readonly standings = new BoundedMap<ServerStanding>(serverStandingsMax)
  /** The heads are stored, because the last event of the timeline is not the only one. */
  headsStored = false
  /** State snapshots after events in the event graph, by nid, where `RoomEvent.snapshot` is another. */
  readonly forks = new AgingMap<number, number>()
  /** The room's auth DAG, once a resolution has asked for it. */
  authDag: AuthDag | undefined
  authDagReady: Promise<void> | undefined
  readonly resolutions = new ResolutionMemory()
  /** What the next resolution will look at again, and the next events will cite. */
  readonly authEvents = new AuthEventsKept()
  /** Fetching older history: what is under way, and until when nobody is asked again. */
  readonly history: HistoryStanding = {
    fetching: new Map(),
    restsUntilMs: 0,
    lookUps: new Map(),
    notFoundUntilMs: new BoundedMap(eventsNotFoundRememberedMax),
  }
  joinedCount = 0
  invitedCount = 0
  /** State changes since the last full copy of the state was stored. */
  changesSinceCheckpoint = 0
  /** It is in the published directory. */
  isPublic = false
  /** Its members are still to come. */
  partial: PartialState | undefined
  /** Position at which the last of its members came, where they were late; 0 otherwise. */
  completedAt = 0
  /** How much work holds up the room's events for long: joins, and putting late members in their place. */
  longWorks = 0
  /** The store lost what this copy of the room remembers: nothing may be appended to it. */
  dropped = false
  readonly #followed = new Set<string>()
  readonly #source: RoomSource
  readonly #slots = new Map<string, SlotsOfType>()
  /** Type and state key of each slot; not a pair of them, of which a big room would hold as many as it has members. */
  readonly #slotTypes: SlotsOfType[] = []
  readonly #slotStateKeys: string[] = []
  readonly #roots = new AgingMap<number, number>([[0, this.root]])
  readonly #parents = new AgingMap<number, number>()
  /** Current state events by nid: the well-known ones, and of the others those used last. */
  readonly #wellKnown = new Map<number, RoomEvent>()
  readonly #others = new Map<number, RoomEvent>()
  /** Ids of the state events in memory. */
  readonly #stateIds = new Map<string, number>()
  /** Written and not durable yet, by id: the store does not show them. */
  readonly #arriving = new Map<string, Arrival>()
  readonly #recent = new RecentEvents()

  constructor(options: HotRoomOptions) {
    this.nid = options.nid
    this.roomId = options.roomId
    this.rules = options.rules
    this.#source = options.source
  }

  /** About what the room takes in memory. */
  get bytes(): number {
    const graph = (this.authDag?.bytes ?? 0) + this.authEvents.bytes + this.resolutions.bytes
    return this.arena.bytes + this.slotCount * bytesPerSlot + this.#heldEvents * bytesPerEvent + graph
  }
  /** Past states take far more than the current one. */
  get isBloated(): boolean {
    return this.arena.youngBytes > hotRoomArenaBytesMax + this.slotCount * bytesPerSlot
  }
  /**
   * Lets past states go that nobody has asked for since the last call. Those that were in memory until now stay so until
   * the next one: it may come only when all who hold roots from before this one are done, and what they wrote is durable.
   */
  trim(): void {
    this.arena.retire()
    this.root = this.arena.current(this.root)
    this.resolutions.carry(this)
    for (const map of [this.#roots, this.#parents, this.forks]) map.age()
    this.#roots.set(0, this.arena.empty)
    this.#roots.set(this.snapshot, this.root)
    this.standings.clear()
  }
  /** Lets the counters of threads go where they are many. Only while nobody uses the room, and what it wrote is durable. */
  forgetThreads(): void {
    const main = this.totals.get(0)
    if (this.totals.size <= threadTotalsKeptMax) return
    this.totals.clear()
    if (main) this.totals.set(0, main)
  }
  get #heldEvents(): number {
    return this.recent.length + this.#wellKnown.size + this.#others.size
  }

  // Slots: the dense numbers of (type, state_key)

  get slotCount(): number {
    return this.#slotTypes.length
  }
  slotOf(type: string, stateKey: string): number | undefined {
    return this.#slots.get(type)?.byStateKey.get(stateKey)
  }
  slotKey(slot: number): readonly [type: string, stateKey: string] {
    const ofType = this.#slotTypes[slot]
    assert(ofType, 'the slot is known')
    return [ofType.type, this.#slotStateKeys[slot] ?? '']
  }
  /** Slots of one type by state key, in no order that means something. */
  slotsOfType(type: string): ReadonlyMap<string, number> {
    return this.#slots.get(type)?.byStateKey ?? new Map()
  }
  addSlot(slot: number, type: string, stateKey: string): void {
    let ofType = this.#slots.get(type)
    if (!ofType) this.#slots.set(type, (ofType = { type, byStateKey: new Map() }))
    ofType.byStateKey.set(stateKey, slot)
    this.#slotTypes[slot] = ofType
    this.#slotStateKeys[slot] = stateKey
  }

  // Current state

  /** Nid of the current state event, 0 when there is none. */
  stateNid(type: string, stateKey = ''): number {
    return this.stateNidAt(this.root, type, stateKey)
  }
  /** Nid of the state event in the state of a root, 0 when there is none. */
  stateNidAt(root: number, type: string, stateKey = ''): number {
    const slot = this.slotOf(type, stateKey)
    return slot === undefined ? 0 : this.arena.get(root, slot)
  }
  /**
   * The current state event. In memory always: the well-known state with an empty key (`loadedStateTypes`). Of the rest
   * what was appended or asked for by `loadState` last; so it must be loaded right before.
   */
  state(type: string, stateKey = ''): RoomEvent | undefined {
    const nid = this.stateNid(type, stateKey)
    if (nid === 0) return undefined
    const event = this.#stateEvent(nid)
    assert(event, `state ${type} is loaded before it is used`)
    return event
  }
  /** Brings current state events into memory; resolves at once, without a read, when they are there. */
  async loadState(keys: Iterable<readonly [type: string, stateKey: string]>): Promise<void> {
    const missing = new Set<number>()
    for (const [type, stateKey] of keys) {
      const nid = this.stateNid(type, stateKey)
      const held = this.#others.get(nid)
      if (held) this.#keepState(held)
      else if (nid !== 0 && !this.#stateEvent(nid)) missing.add(nid)
    }
    if (missing.size === 0) return
    for (const event of await this.#source.events(this, [...missing])) this.#keepState(event)
  }
  /** Whether `state` may be asked for all of these. */
  holdsState(keys: Iterable<readonly [type: string, stateKey: string]>): boolean {
    for (const [type, stateKey] of keys) {
      const nid = this.stateNid(type, stateKey)
      if (nid !== 0 && !this.#stateEvent(nid)) return false
    }
    return true
  }
  /** The current state event if it is in memory. */
  heldState(type: string, stateKey: string): RoomEvent | undefined {
    return this.#stateEvent(this.stateNid(type, stateKey))
  }
  #stateEvent(nid: number): RoomEvent | undefined {
    return this.#wellKnown.get(nid) ?? this.#others.get(nid)
  }
  #keepState(event: RoomEvent): void {
    this.#stateIds.set(event.eventId, event.nid)
    if (event.stateKey === '' && loadedStateTypes.has(event.type)) return void this.#wellKnown.set(event.nid, event)
    this.#others.delete(event.nid)
    this.#others.set(event.nid, event)
    if (this.#others.size <= stateEventsKeptMax) return
    for (const oldest of this.#others.keys()) return this.#letStateGo(oldest)
  }
  #letStateGo(nid: number): void {
    const event = this.#stateEvent(nid)
    if (!event) return
    this.#stateIds.delete(event.eventId)
    this.#wellKnown.delete(nid)
    this.#others.delete(nid)
  }
  /** All state of a root: (type, state key, nid of the event). */
  *stateEntries(root: number = this.root): Generator<readonly [type: string, stateKey: string, nid: number]> {
    const found: [number, number][] = []
    this.arena.entries(root, (slot, nid) => void found.push([slot, nid]))
    for (const [slot, nid] of found) yield [...this.slotKey(slot), nid]
  }
  membership(userNid: number): Membership | undefined {
    return this.memberships.get(userNid)
  }

  // Past states

  /** The root of a stored state, when it is in memory. */
  rootOf(snapshot: number): number | undefined {
    return this.#roots.get(snapshot)
  }
  /** The root of the state that a stored state was made from: the state before its event. */
  rootBefore(snapshot: number): number {
    return this.#roots.get(this.#parents.get(snapshot) ?? 0) ?? this.arena.empty
  }
  /** A state that was loaded whole, without the state it was made from. */
  addCheckpoint(snapshot: number, root: number): void {
    this.#roots.set(snapshot, this.arena.current(root))
  }
  addRoot(snapshot: number, root: number, parent: number): void {
    this.#roots.set(snapshot, this.arena.current(root))
    this.#parents.set(snapshot, parent)
  }
  /** Brings states into memory so that `rootOf` and `rootBefore` know them. */
  async loadRoots(snapshots: Iterable<number>): Promise<void> {
    const missing = [...new Set(snapshots)].filter((snapshot) => !this.#isLoaded(snapshot))
    if (missing.length > 0) await this.#source.roots(this, missing)
  }
  /** Whether a state and the state it was made from are in memory. */
  #isLoaded(snapshot: number): boolean {
    if (snapshot === 0) return true
    const parent = this.#parents.get(snapshot)
    return parent !== undefined && this.#roots.has(snapshot) && this.#roots.has(parent)
  }

  // Events

  /** The newest events, oldest first. */
  get recent(): readonly RoomEvent[] {
    return this.#recent.all
  }
  /** An event that is in memory. */
  event(nid: number): RoomEvent | undefined {
    const held = this.#stateEvent(nid) ?? this.#recent.byNid(nid) ?? this.authEvents.get(nid)
    if (held || this.#arriving.size === 0) return held
    return this.#arriving.values().find(({ event }) => event.nid === nid)?.event
  }
  /** An event that is in memory, by its id. */
  eventById(eventId: string): RoomEvent | undefined {
    const nid = this.#stateIds.get(eventId)
    const state = nid === undefined ? undefined : this.#stateEvent(nid)
    const held = state ?? this.#arriving.get(eventId)?.event ?? this.#recent.byId(eventId)
    return held ?? this.authEvents.byId(eventId)
  }
  /** Events by nid, in the order asked for; reads those that are not in memory. */
  async events(nids: readonly number[]): Promise<RoomEvent[]> {
    const missing = nids.filter((nid) => !this.event(nid))
    const read = new Map<number, RoomEvent>()
    if (missing.length > 0) for (const event of await this.#source.events(this, missing)) read.set(event.nid, event)
    return nids.map((nid) => this.event(nid) ?? read.get(nid)).filter((event) => event !== undefined)
  }

  /** Whether events of the timeline follow this one, which was not here when they came: then it is no head any more. */
  isFollowed(eventId: string): boolean {
    return this.#followed.has(eventId)
  }
  /** These are followed by an event of the timeline, and are not here. */
  noteFollowed(eventIds: Iterable<string>): void {
    for (const eventId of eventIds) this.#followed.add(eventId)
    for (const oldest of this.#followed) if (this.#followed.size > followedEventsMax) this.#followed.delete(oldest)
  }

  // Changes, by `append` and the loader

  /** Puts an event at the end of the timeline. */
  addRecent(event: RoomEvent): void {
    assert(event.ord !== undefined, 'a live event has a place in the timeline')
    this.lastPosition = event.ord
    if (this.#recent.add(event)) this.recentAfter = (this.recent[0]?.ord ?? 1) - 1
  }
  /** An event was written: it is found in memory until it is durable and the store shows it. */
  arrives(event: RoomEvent, durable: Promise<unknown>): void {
    const arrival = { event, durable }
    this.#arriving.set(event.eventId, arrival)
    const forget = () => {
      if (this.#arriving.get(event.eventId) === arrival) this.#arriving.delete(event.eventId)
    }
    durable.then(forget, forget)
  }
  /** Resolves when an event that was written is durable; at once where it has been for some time. */
  async durable(eventId: string): Promise<void> {
    await this.#arriving.get(eventId)?.durable
  }
  /** An event has been given a place: whoever holds it from before shall see it there. */
  replaceHeld(event: RoomEvent): void {
    for (const held of [this.#wellKnown, this.#others]) if (held.has(event.nid)) held.set(event.nid, event)
    this.authEvents.replace(event)
  }
  /** The state has moved on by `event`. */
  moveState(event: RoomEvent, change: StateChange): void {
    if (this.slotOf(change.type, change.stateKey) === undefined) this.addSlot(change.slot, change.type, change.stateKey)
    this.addRoot(change.snapshot, change.root, this.snapshot)
    this.root = this.arena.current(change.root)
    this.snapshot = change.snapshot
    this.changesSinceCheckpoint = change.changesSinceCheckpoint
    this.#letStateGo(change.replaced)
    this.#keepState(event)
  }
  /** The state has moved, by an event and by what state resolution made of it. The roots are known already. */
  setState({ root, snapshot, changesSinceCheckpoint, replaced, events }: StateMove): void {
    this.root = this.arena.current(root)
    this.snapshot = snapshot
    this.changesSinceCheckpoint = changesSinceCheckpoint
    for (const nid of replaced) this.#letStateGo(nid)
    for (const event of events) this.#keepState(event)
  }
  setMembership(userNid: number, membership: Membership, { isLocal, host }: MemberHost): void {
    const before = this.memberships.get(userNid)
    const joins = Number(membership === 'join') - Number(before === 'join')
    const invites = Number(membership === 'invite') - Number(before === 'invite')
    this.joinedCount += joins
    this.invitedCount += invites
    this.memberships.set(userNid, membership)
    countHost(this.hosts, host, joins)
    countHost(this.invitedHosts, host, invites)
    if (!isLocal) return
    if (membership === 'join') this.localJoined.add(userNid)
    else this.localJoined.delete(userNid)
  }
}

function countHost(hosts: Map<string, number>, host: string, change: number): void {
  if (change === 0) return
  const users = (hosts.get(host) ?? 0) + change
  if (users > 0) hosts.set(host, users)
  else hosts.delete(host)
}

/** State with an empty key that a hot room always holds in memory. */
export const loadedStateTypes: ReadonlySet<string> = new Set([
  'm.room.create',
  'm.room.power_levels',
  'm.room.join_rules',
  'm.room.history_visibility',
  'm.room.guest_access',
  'm.room.server_acl',
  'm.room.name',
  'm.room.topic',
  'm.room.avatar',
  'm.room.canonical_alias',
  'm.room.encryption',
  'm.room.tombstone',
  'm.room.policy',
])
