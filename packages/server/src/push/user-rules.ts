// The push rules of the users who changed them, and whom users ignore: in memory, because decisions are synchronous.
import { defaultPushRules, type PushRuleset } from '@myelin/algorithms/push-rules'
import { MatrixError } from '@myelin/protocol/errors'
import { pushRulesBytesMax } from '../limits.ts'
import type { HotRoom } from '../rooms/hot-room.ts'
import type { RoomEvent } from '../rooms/room-event.ts'
import { accountDataContent } from '../store/account-data.ts'
import { allIgnoredLists, allPushRules, setPushRules } from '../store/push.ts'
import { journalKind, type Store } from '../store/store.ts'
import type { Users } from '../store/users.ts'
import { evaluatorOf, type Evaluate, type Outcome } from './evaluator.ts'
import { ignoredIn } from './ignored.ts'
import { changesOf, noChanges, rulesInForce, type RuleChanges } from './rule-changes.ts'
import type { SpecialUsers } from './special-users.ts'

interface Special {
  readonly userId: string
  changes: RuleChanges
  changedAt: number
  ignored: ReadonlySet<string>
  /** Made on first use. */
  evaluate: Evaluate | undefined
}

const silence: Outcome = { notify: false, highlight: false, actions: [] }
const ignoredList = 'm.ignored_user_list'

/** The users whose outcome is not everybody's. */
export class UserRules {
  readonly #store: Store
  readonly #special: SpecialUsers
  readonly #users: Users
  readonly #known = new Map<number, Special>()

  constructor(store: Store, users: Users, special: SpecialUsers) {
    this.#store = store
    this.#users = users
    this.#special = special
    store.onDurable((entries) => {
      for (const { kind, room, user } of entries)
        if (kind === journalKind.accountData && room === 0) void this.#reloadIgnored(user)
    })
  }

  /** Reads what all users changed. Call before the first event is appended. */
  async load(): Promise<void> {
    for (const row of await allPushRules(this.#store.read)) {
      const user = this.#of(row.user_nid, row.user_id)
      user.changes = JSON.parse(row.changes) as RuleChanges
      user.changedAt = row.position
    }
    for (const row of await allIgnoredLists(this.#store.read))
      this.#of(row.user_nid, row.user_id).ignored = ignoredIn(row.content)
  }

  isSpecial(userNid: number): boolean {
    return this.#known.has(userNid)
  }

  /** What the rules of a special user make of an event. */
  outcome(userNid: number, event: RoomEvent, room: HotRoom): Outcome & { readonly userId: string } {
    const user = this.#known.get(userNid)
    if (!user) return { userId: '', ...silence }
    if (user.ignored.has(event.sender)) return { userId: user.userId, ...silence }
    user.evaluate ??= evaluatorOf(user.userId, this.rules(userNid, user.userId))
    return { userId: user.userId, ...user.evaluate(event, room) }
  }

  /** What the rules of any user make of an event. */
  outcomeFor(userNid: number, userId: string, sent: { readonly event: RoomEvent; readonly room: HotRoom }): Outcome {
    if (this.#known.has(userNid)) return this.outcome(userNid, sent.event, sent.room)
    return evaluatorOf(userId)(sent.event, sent.room)
  }

  /** The rules in force for a user. */
  rules(userNid: number, userId: string): PushRuleset {
    return rulesInForce(defaultPushRules(userId), this.#known.get(userNid)?.changes ?? noChanges)
  }
  /** Position of the user's last change, 0 for none. */
  changedAt(userNid: number): number {
    return this.#known.get(userNid)?.changedAt ?? 0
  }

  /** Stores the rules of a user. Throws M_TOO_LARGE. */
  async set(userNid: number, userId: string, ruleset: PushRuleset): Promise<void> {
    const changes = changesOf(defaultPushRules(userId), ruleset)
    const text = JSON.stringify(changes)
    if (Buffer.byteLength(text) > pushRulesBytesMax)
      throw new MatrixError('M_TOO_LARGE', 'Your push rules are too large')
    await this.#store.write((w) => {
      const position = w.journal({ kind: journalKind.pushRules, room: 0, user: userNid, ref: 0 })
      setPushRules(w, { user_nid: userNid, changes: text, position })
      const user = this.#of(userNid, userId)
      user.changes = changes
      user.changedAt = position
      user.evaluate = undefined
    })
  }

  async #reloadIgnored(userNid: number) {
    const key = { userNid, roomNid: 0, type: ignoredList }
    const content = await accountDataContent(this.#store.read, key)
    if (content === undefined) return
    const userId = await this.#users.userId(userNid)
    if (userId !== undefined) this.#of(userNid, userId).ignored = ignoredIn(content)
  }

  #of(userNid: number, userId: string): Special {
    const known = this.#known.get(userNid)
    if (known) return known
    const fresh = { userId, changes: noChanges, changedAt: 0, ignored: new Set<string>(), evaluate: undefined }
    this.#known.set(userNid, fresh)
    this.#special.set(userNid, true)
    return fresh
  }
}
