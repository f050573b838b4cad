// A large public room for measuring: an admin, members who joined one after another, power levels changed now and then,
// and any number of forks that disagree about some members.
import { AuthDag, authFlagsOf } from '../../packages/algorithms/src/auth-dag.ts'
import type { AuthEvent } from '../../packages/algorithms/src/event.ts'
import type { JsonObject } from '../../packages/algorithms/src/json.ts'
import { type RoomVersionRules, roomVersion } from '../../packages/algorithms/src/room-version.ts'
import type { StateResolutionRoom } from '../../packages/algorithms/src/state-resolution-room.ts'
import { StateArena } from '../../packages/algorithms/src/state-vector.ts'

const admin = '@admin:example.org'
const joinsPerPowerChange = 500

interface Draft {
  readonly type: string
  readonly stateKey: string
  readonly sender: string
  readonly content: JsonObject
}

export class LargeRoom implements StateResolutionRoom {
  readonly arena = new StateArena()
  readonly dag = new AuthDag()
  readonly rules: RoomVersionRules
  /** The state all forks start from. */
  base = this.arena.empty
  readonly #slots = new Map<string, Map<string, number>>()
  #slotCount = 0
  readonly #events: AuthEvent[] = []
  readonly #member = (index: number) => `@member${index}:example.org`

  constructor(version: string, members: number) {
    const rules = roomVersion(version)
    if (!rules) throw new Error(`Room version ${version} is unknown`)
    this.rules = rules
    const changes = new Map<number, number>()
    const add = (draft: Draft) => changes.set(...this.#add(draft, (slot) => changes.get(slot) ?? 0))
    add({
      type: 'm.room.create',
      stateKey: '',
      sender: admin,
      content: rules.creatorInContent ? { creator: admin } : {},
    })
    add({ type: 'm.room.member', stateKey: admin, sender: admin, content: { membership: 'join' } })
    add(this.#powerLevels(0))
    add({ type: 'm.room.join_rules', stateKey: '', sender: admin, content: { join_rule: 'public' } })
    for (let index = 0; index < members; index++) {
      add(this.#join(index, 'joined'))
      if (index % joinsPerPowerChange === 0) add(this.#powerLevels(index))
    }
    this.base = this.arena.setAll(this.base, changes)
  }

  event(nid: number): AuthEvent | undefined {
    return this.#events[nid - 1]
  }

  slotOf(type: string, stateKey: string): number | undefined {
    return this.#slots.get(type)?.get(stateKey)
  }

  /**
   * The roots of so many forks with so many conflicts between them: members who changed their profile on one fork, and in one
   * case of twenty were banned on the next. The first fork has also changed the power levels.
   */
  forks(forks: number, conflicts: number): number[] {
    const roots = Array.from({ length: forks }, () => this.base)
    const act = (fork: number, draft: Draft) => {
      const root = roots[fork]!
      roots[fork] = this.arena.set(root, ...this.#add(draft, (slot) => this.arena.get(root, slot)))
    }
    act(0, this.#powerLevels(conflicts))
    for (let index = 1; index < conflicts; index++) {
      act(index % forks, this.#join(index * 7, `changed ${forks}`))
      if (index % 20 !== 0) continue
      const content = { membership: 'ban' }
      act((index + 1) % forks, { type: 'm.room.member', stateKey: this.#member(index * 7), sender: admin, content })
    }
    return roots
  }

  #join(index: number, displayname: string): Draft {
    const userId = this.#member(index)
    return { type: 'm.room.member', stateKey: userId, sender: userId, content: { membership: 'join', displayname } }
  }

  #powerLevels(change: number): Draft {
    const users = this.rules.privilegedCreators ? {} : { [admin]: 100 }
    const content = { users, events: { 'org.example.change': change % 50 } }
    return { type: 'm.room.power_levels', stateKey: '', sender: admin, content }
  }

  /** Makes an event after the state `at` answers for, and returns its slot and nid. */
  #add(draft: Draft, at: (slot: number) => number): [slot: number, nid: number] {
    const first = this.#events.length === 0
    const nid = this.#events.push({
      ...draft,
      eventId: first ? '$create' : `$${Math.imul(this.#events.length, 0x9e3779b1) >>> 0}-${this.#events.length}`,
      roomId: first && this.rules.roomIdIsCreateHash ? undefined : '!create',
      prevEvents: first ? [] : [this.#events.length === 1 ? '$create' : '$previous'],
    })
    const slot = this.#slot(draft.type, draft.stateKey)
    const keys: (readonly [type: string, stateKey: string])[] = [['m.room.power_levels', '']]
    keys.push(['m.room.member', draft.sender])
    if (!this.rules.roomIdIsCreateHash) keys.push(['m.room.create', ''])
    if (draft.type === 'm.room.member') keys.push(['m.room.member', draft.stateKey], ['m.room.join_rules', ''])
    const cited = keys
      .map(([type, stateKey]) => this.slotOf(type, stateKey))
      .map((each) => (each === undefined ? 0 : at(each)))
    const event = this.#events[nid - 1]!
    this.dag.append(
      { nid, slot, originServerTs: nid, depth: nid, flags: authFlagsOf(event) },
      first ? [] : cited.filter((each) => each !== 0),
    )
    return [slot, nid]
  }

  #slot(type: string, stateKey: string): number {
    let ofType = this.#slots.get(type)
    if (!ofType) this.#slots.set(type, (ofType = new Map()))
    let slot = ofType.get(stateKey)
    if (slot === undefined) ofType.set(stateKey, (slot = this.#slotCount++))
    return slot
  }
}
