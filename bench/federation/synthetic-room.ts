// A room that never was: its members on many servers, every event signed as its server would have. Of every member there
// is one event in the state, and the earlier ones of the same member in the auth chain.
import { createHash } from 'node:crypto'
import { buildEvent, type BuiltEvent, type UnsignedEvent } from '@myelin/algorithms/build-event'
import type { JsonObject } from '@myelin/algorithms/json'
import { roomVersion, type RoomVersionRules } from '@myelin/algorithms/room-version'
import { type SigningKey, signingKeyFromSeed } from '@myelin/algorithms/signing-key'

export interface SyntheticSize {
  readonly members: number
  /** Names of the servers the members are on. */
  readonly serverNames: readonly string[]
  /** Events of state and auth chain together, about. */
  readonly events: number
}

/** Events as text in federation format. */
export interface SyntheticRoom {
  readonly roomId: string
  readonly version: string
  readonly serverNames: readonly string[]
  readonly keys: ReadonlyMap<string, SigningKey>
  /** The state apart from members. */
  readonly facts: readonly string[]
  /** Membership events in the state. */
  readonly members: readonly string[]
  /** The auth chain: of the facts alone, and what that of the members adds. */
  readonly chainOfFacts: readonly string[]
  readonly chainOfMembers: readonly string[]
  /** What a join cites and follows. */
  readonly authEvents: readonly string[]
  readonly last: { readonly eventId: string; readonly depth: number }
}

const firstTs = 1_700_000_000_000

/** Makes the room; the same for the same size and names. */
export function syntheticRoom({ members, serverNames, events }: SyntheticSize): SyntheticRoom {
  const version = '11'
  const rules = roomVersion(version)
  if (!rules) throw new Error(`Room version ${version} is not known`)
  const keys = new Map(serverNames.map((name) => [name, keyOf(name)]))
  const history = new History(rules, keys, `!synthetic:${serverNames[0]}`)
  const creator = `@u0:${serverNames[0]}`
  const cited: string[] = []
  const fact = (type: string, content: JsonObject, stateKey = '') => {
    const event = history.add({ type, content, sender: creator, stateKey, cites: [...cited] })
    if (authorising.has(type)) cited.push(event.eventId)
    return event
  }
  const create = fact('m.room.create', { room_version: version })
  const entry = fact('m.room.member', { membership: 'join' }, creator)
  const levels = fact('m.room.power_levels', { users: { [creator]: 100 } })
  const rule = fact('m.room.join_rules', { join_rule: 'public' })
  const facts = [
    ...[create, levels, rule],
    fact('m.room.history_visibility', { history_visibility: 'shared' }),
    fact('m.room.name', { name: 'A room of many' }),
  ]
  const authEvents = [create, levels, rule].map(({ eventId }) => eventId)
  const current = [entry.json]
  const earlier: string[] = []
  const perMember = Math.max(1, Math.round(events / members))
  for (let index = 1; index < members; index++) {
    const userId = `@u${index}:${serverNames[index % serverNames.length]}`
    let own: BuiltEvent | undefined
    for (let turn = 1; turn <= perMember; turn++) {
      if (own) earlier.push(own.json)
      const content = { membership: 'join', displayname: `Member ${index} in their ${turn}. dress` }
      const cites = own ? [...authEvents, own.eventId] : authEvents
      own = history.add({ type: 'm.room.member', content, sender: userId, stateKey: userId, cites })
    }
    if (own) current.push(own.json)
  }
  const { roomId, last } = history
  return {
    ...{ roomId, version, serverNames, keys, authEvents, last },
    facts: facts.map(({ json }) => json),
    members: current,
    chainOfFacts: [create, entry, levels, rule].map(({ json }) => json),
    chainOfMembers: earlier,
  }
}

const authorising = new Set(['m.room.create', 'm.room.member', 'm.room.power_levels'])

const keyOf = (name: string): SigningKey => signingKeyFromSeed('ed25519:a', createHash('sha256').update(name).digest())

interface Addition {
  readonly type: string
  readonly content: JsonObject
  readonly sender: string
  readonly stateKey: string
  readonly cites: readonly string[]
}

/** Events one after another. */
class History {
  readonly roomId: string
  readonly #rules: RoomVersionRules
  readonly #keys: ReadonlyMap<string, SigningKey>
  last = { eventId: '', depth: 0 }

  constructor(rules: RoomVersionRules, keys: ReadonlyMap<string, SigningKey>, roomId: string) {
    this.roomId = roomId
    this.#rules = rules
    this.#keys = keys
  }

  add({ type, content, sender, stateKey, cites }: Addition): BuiltEvent {
    const depth = this.last.depth + 1
    const event: UnsignedEvent = {
      ...{ type, content, sender, depth },
      room_id: this.roomId,
      state_key: stateKey,
      origin_server_ts: firstTs + depth,
      prev_events: this.last.eventId === '' ? [] : [this.last.eventId],
      auth_events: cites,
    }
    const serverName = sender.slice(sender.indexOf(':') + 1)
    const key = this.#keys.get(serverName)
    if (!key) throw new Error(`${serverName} has no key`)
    const built = buildEvent(event, this.#rules, { serverName, key })
    this.last = { eventId: built.eventId, depth }
    return built
  }
}
