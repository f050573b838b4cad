// Rooms made up by dice: forks, bans, power changes, joins, rejected events, events nobody has, states that are wrong.
// The same seed gives the same room. What resolution is tested on.
import { authTypes, authorize } from '../auth.ts'
import type { AuthEvent } from '../event.ts'
import { type JsonObject, isObject } from '../json.ts'
import { type RoomVersionRules, roomVersions } from '../room-version.ts'
import { type ReferenceEvent, type ReferenceState, stateKey, stateKeyOf } from './state-resolution.reference.ts'

export interface RandomRoom {
  readonly rules: RoomVersionRules
  /** Every event the server knows, an event after all it cites. */
  readonly events: readonly ReferenceEvent[]
  /** The states to resolve, two or more. */
  readonly states: readonly ReferenceState[]
}

/** Numbers from a seed: `below(n)` is 0 to n − 1. (A 32-bit generator: a counter, mixed.) */
export class Dice {
  #state: number

  constructor(seed: number) {
    this.#state = Math.imul(seed + 1, 0x9e3779b1)
  }

  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let x = this.#state
    x = Math.imul(x ^ (x >>> 15), x | 1)
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61)
    return ((x ^ (x >>> 14)) >>> 0) % limit
  }

  /** True once in `of` throws. */
  once(of: number): boolean {
    return this.below(of) === 0
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!
  }
}

const userIds = ['@alice:a', '@bob:b', '@carol:c', '@dave:b', '@erin:a', '@frank:c']
const levels = [0, 25, 50, 50, 75, 100]

interface Draft {
  readonly type: string
  readonly stateKey: string
  readonly sender: string
  readonly content: JsonObject
}

/** A room with up to `eventsMax` events and `forksMax` forks, in every third case of the newest version. */
export function randomRoom(seed: number, { eventsMax = 40, forksMax = 6 } = {}): RandomRoom {
  const dice = new Dice(seed)
  const room = new RoomMaker(dice, dice.once(3) ? roomVersions.at(-1)! : dice.pick(roomVersions))
  room.found()
  const forks = 2 + dice.below(forksMax - 1)
  const common = dice.below(10)
  const more = 5 + dice.below(eventsMax - 5)
  for (let i = 0; i < common; i++) room.act(0)
  for (let fork = 1; fork < forks; fork++) room.fork()
  for (let i = 0; i < more; i++) {
    if (dice.once(12)) room.confuse(dice.below(forks))
    else room.act(dice.below(forks))
  }
  return room.made()
}

class RoomMaker {
  readonly #dice: Dice
  readonly #rules: RoomVersionRules
  readonly #events: ReferenceEvent[] = []
  readonly #byId = new Map<string, ReferenceEvent>()
  readonly #branches: Map<string, string>[] = [new Map()]
  #roomId = '!room:a'

  constructor(dice: Dice, rules: RoomVersionRules) {
    this.#dice = dice
    this.#rules = rules
  }

  found(): void {
    const [creator = '', second = ''] = userIds
    const additional = this.#dice.once(3) ? { additional_creators: [second] } : {}
    const content = this.#rules.privilegedCreators ? additional : { creator }
    this.#send(0, { type: 'm.room.create', stateKey: '', sender: creator, content })
    if (this.#rules.roomIdIsCreateHash) this.#roomId = `!${this.#events[0]!.eventId.slice(1)}`
    this.#send(0, this.#member(creator, creator, 'join'))
    if (!this.#dice.once(8)) this.#send(0, this.#powerLevels(0, creator))
    this.#send(0, this.#joinRules(creator, 'public'))
  }

  fork(): void {
    this.#branches.push(new Map(this.#dice.pick(this.#branches)))
  }

  /** Somebody does something on a branch, if only after a few tries that the rules forbid. */
  act(branch: number): void {
    for (let tries = 0; tries < 8; tries++) if (this.#send(branch, this.#anything(branch))) return
  }

  #anything(branch: number): Draft {
    const [sender, other] = [this.#dice.pick(userIds), this.#dice.pick(userIds)]
    const action = this.#dice.pick([
      () => this.#member(sender, sender, 'join'),
      () => this.#member(sender, sender, 'join'),
      () => this.#member(sender, sender, 'join'),
      () => this.#member(sender, sender, 'leave'),
      () => this.#member(sender, other, 'leave'),
      () => this.#member(sender, other, 'invite'),
      () => this.#member(sender, other, 'ban'),
      () => this.#powerLevels(branch, sender),
      () => this.#powerLevels(branch, sender),
      () => this.#joinRules(sender, this.#dice.pick(['public', 'invite', 'knock', 'restricted'])),
      () => ({ type: 'm.room.topic', stateKey: '', sender, content: { topic: `${this.#events.length}` } }),
      () => ({ type: 'org.example.note', stateKey: sender, sender, content: {} }),
    ])
    return action()
  }

  /** A branch gets a wrong state, as from another server: merged with another one's, outdated, or incomplete. */
  confuse(branch: number): void {
    const state = this.#branches[branch]!
    const other = this.#dice.pick(this.#branches)
    const how = this.#dice.below(3)
    for (const key of state.keys()) {
      if (key === stateKey('m.room.create', '') || !this.#dice.once(3)) continue
      const older = this.#events.filter((event) => stateKeyOf(event) === key && event.rejected !== true)
      const choice = [other.get(key), older.length > 0 ? this.#dice.pick(older).eventId : undefined, undefined][how]
      if (choice === undefined) state.delete(key)
      else state.set(key, choice)
    }
  }

  made(): RandomRoom {
    return { rules: this.#rules, events: this.#events, states: this.#branches }
  }

  #member(sender: string, target: string, membership: string): Draft {
    return { type: 'm.room.member', stateKey: target, sender, content: { membership } }
  }

  #joinRules(sender: string, rule: string): Draft {
    return { type: 'm.room.join_rules', stateKey: '', sender, content: { join_rule: rule } }
  }

  /** The power levels of a branch, if it has any, with one more user's level set or changed. */
  #powerLevels(branch: number, sender: string): Draft {
    const create = this.#events[0]!
    const { additional_creators: more } = create.content
    const creators = this.#rules.privilegedCreators ? [create.sender, ...(Array.isArray(more) ? more : [])] : []
    const current = this.#byId.get(this.#branches[branch]!.get(stateKey('m.room.power_levels', '')) ?? '')
    const users = isObject(current?.content['users']) ? current.content['users'] : { [create.sender]: 100 }
    const changed = { ...users, [this.#dice.pick(userIds)]: this.#dice.pick(levels) }
    const allowed = Object.entries(changed).filter(([userId]) => !creators.includes(userId))
    const content = { ban: 50, invite: this.#dice.pick([0, 25]), state_default: 50, users: Object.fromEntries(allowed) }
    return { type: 'm.room.power_levels', stateKey: '', sender, content }
  }

  /** Makes the event as its sender's server would on this branch, and judges it by its auth events and by the state. */
  #send(branch: number, draft: Draft): boolean {
    const state = this.#branches[branch]!
    const eventId = `$${this.#dice.below(2 ** 30).toString(36)}${this.#events.length}`
    const first = draft.type === 'm.room.create'
    const event: AuthEvent = {
      ...draft,
      eventId,
      roomId: first && this.#rules.roomIdIsCreateHash ? undefined : this.#roomId,
      prevEvents: first ? [] : [this.#events.length === 1 ? this.#events[0]!.eventId : '$previous'],
    }
    const authEvents = first
      ? []
      : this.#authEvents(event, this.#dice.once(6) ? this.#dice.pick(this.#branches) : state)
    if (!this.#isAllowed(event, authEvents)) return false
    const rejected = !this.#isAllowed(event, [...state.values()])
    const known: ReferenceEvent = {
      ...event,
      ...(rejected ? { rejected } : {}),
      authEvents,
      originServerTs: 1000 + Math.floor(this.#events.length / 3) + this.#dice.below(6),
      depth: 1 + Math.floor(this.#events.length / 2) + this.#dice.below(3),
    }
    this.#events.push(known)
    this.#byId.set(eventId, known)
    if (!rejected || this.#dice.once(3)) state.set(stateKeyOf(known), eventId)
    return true
  }

  /** What the event cites of a state, now and then less than it should, or an event that is unknown or has no place there. */
  #authEvents(event: AuthEvent, state: ReferenceState): string[] {
    const ids = authTypes(event, this.#rules).flatMap(([type, key]) => state.get(stateKey(type, key)) ?? [])
    const cited = ids.filter(() => !this.#dice.once(60))
    if (this.#dice.once(30)) cited.push('$unknown')
    if (this.#dice.once(30)) cited.push(this.#dice.pick(this.#events).eventId)
    return cited
  }

  #isAllowed(event: AuthEvent, ids: readonly string[]): boolean {
    const [create] = this.#events
    const events = [...ids.flatMap((id) => this.#byId.get(id) ?? []), ...(create ? [create] : [])]
    const find = (type: string, key: string) => events.find((each) => each.type === type && each.stateKey === key)
    return authorize(event, find, this.#rules) === undefined
  }
}
