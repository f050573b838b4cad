// A room told event by event: each gets a name, a sender, what it says and the names of what it cites. Time passes by one
// millisecond and one level of depth an event.
import type { JsonObject } from '../json.ts'
import type { RoomVersionRules } from '../room-version.ts'
import { ResolvableRoom } from './resolvable-room.ts'
import { type ReferenceEvent, type ReferenceState, stateKeyOf } from './state-resolution.reference.ts'

const userId = (name: string) => `@${name}:example.org`

interface Told {
  readonly type: string
  readonly stateKey: string
  readonly sender: string
  readonly content: JsonObject
}

export class Scenario {
  readonly #rules: RoomVersionRules
  readonly #events = new Map<string, ReferenceEvent>()
  #nextIsRejected = false

  constructor(rules: RoomVersionRules) {
    this.#rules = rules
  }

  /** Marks the next event as rejected. */
  rejected(): this {
    this.#nextIsRejected = true
    return this
  }

  create(name: string, creator: string): this {
    const content = this.#rules.creatorInContent ? { creator: userId(creator) } : {}
    return this.#tell(name, { type: 'm.room.create', stateKey: '', sender: creator, content }, [])
  }

  member(
    name: string,
    sender: string,
    membership: string,
    cites: readonly string[],
    more: JsonObject = {},
    target = sender,
  ): this {
    const content = { membership, ...more }
    return this.#tell(name, { type: 'm.room.member', stateKey: userId(target), sender, content }, cites)
  }

  ban(name: string, sender: string, target: string, cites: readonly string[]): this {
    return this.member(name, sender, 'ban', cites, {}, target)
  }

  /** Power levels of users by name; creators that stand above all levels are left out. */
  power(name: string, sender: string, levels: Readonly<Record<string, number>>, cites: readonly string[]): this {
    const creator = this.#events.get('create')?.sender
    const entries = Object.entries(levels).map(([user, level]) => [userId(user), level] as const)
    const allowed = entries.filter(([user]) => !this.#rules.privilegedCreators || user !== creator)
    const content = { users: Object.fromEntries(allowed) }
    return this.#tell(name, { type: 'm.room.power_levels', stateKey: '', sender, content }, cites)
  }

  joinRules(name: string, sender: string, rule: string, cites: readonly string[]): this {
    return this.#tell(name, { type: 'm.room.join_rules', stateKey: '', sender, content: { join_rule: rule } }, cites)
  }

  topic(name: string, sender: string, cites: readonly string[]): this {
    return this.#tell(name, { type: 'm.room.topic', stateKey: '', sender, content: { topic: name } }, cites)
  }

  /** Resolves states given as lists of names, and returns the names of what results, sorted. */
  resolve(...states: readonly (readonly string[])[]): string[] {
    const room = new ResolvableRoom(this.#rules, [...this.#events.values()])
    return [...room.resolve(states.map((names) => this.#state(names))).values()].map((id) => id.slice(1)).toSorted()
  }

  #state(names: readonly string[]): ReferenceState {
    return new Map(
      names.map((name) => {
        const event = this.#events.get(name)
        if (!event) throw new Error(`No event is called ${name}`)
        return [stateKeyOf(event), event.eventId]
      }),
    )
  }

  #tell(name: string, told: Told, cites: readonly string[]): this {
    const time = this.#events.size + 1
    const first = time === 1
    const authEvents = cites.filter((cited) => !this.#rules.roomIdIsCreateHash || cited !== 'create')
    this.#events.set(name, {
      ...told,
      sender: userId(told.sender),
      eventId: `$${name}`,
      roomId: first && this.#rules.roomIdIsCreateHash ? undefined : '!create',
      prevEvents: first ? [] : [time === 2 ? '$create' : '$previous'],
      authEvents: authEvents.map((cited) => `$${cited}`),
      originServerTs: time,
      depth: time,
      rejected: this.#nextIsRejected,
    })
    this.#nextIsRejected = false
    return this
  }
}
