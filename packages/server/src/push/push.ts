// Push: unread counts, push rules and pushers of local users.
import {
  deletePushRule,
  findPushRule,
  type PushRuleChange,
  type PushRuleFields,
  type PushRuleName,
  setPushRule,
  setPushRuleActions,
  setPushRuleEnabled,
} from '@myelin/algorithms/push-rule-changes'
import { isPushRuleKind, type PushRule, type PushRuleset } from '@myelin/algorithms/push-rule'
import { MatrixError } from '@myelin/protocol/errors'
import type { RoomHooks } from '../rooms/context.ts'
import type { HotRoom } from '../rooms/hot-room.ts'
import type { RoomEvent } from '../rooms/room-event.ts'
import type { ReadMarkRow } from '../store/read-marks.ts'
import type { Store } from '../store/store.ts'
import type { Users } from '../store/users.ts'
import { Counts, type RoomCounts } from './counts.ts'
import { createDecide } from './decide.ts'
import type { Outcome } from './evaluator.ts'
import { type Pusher, type PusherOwner, type PusherRequest, pushers, setPusher } from './pushers.ts'
import { SpecialUsers } from './special-users.ts'
import { UserRules } from './user-rules.ts'

export interface PushOptions {
  readonly store: Store
  readonly users: Users
  readonly serverName: string
}

/** Whose rules. */
export interface RuleOwner {
  readonly userId: string
  readonly userNid: number
}

/** A rule as the path of a request names it. */
export interface RulePath {
  readonly kind: string
  readonly ruleId: string
}

/** A rule as a client sets it, with the place it goes to. */
export type RuleSetting = Parameters<typeof setPushRule>[2]

export interface Judged extends Outcome {
  readonly isRead: boolean
}

export interface Push {
  /** Reads the rules users changed. Call before the first event is appended. */
  load(): Promise<void>
  /** The hook of `rooms/append`. */
  readonly decide: RoomHooks['decide']
  /** The hook of receipts: a read mark moves in the write that has this position. */
  onRead(mark: ReadMarkRow, position: number): void
  /** Unread counts of a user in a room. */
  counts(userNid: number, room: HotRoom): Promise<RoomCounts>
  /** What an event is to a user by the rules in force, and whether it is read. */
  judge(owner: RuleOwner, sent: { readonly event: RoomEvent; readonly room: HotRoom }): Promise<Judged>
  /** The rules in force. */
  rules(owner: RuleOwner): PushRuleset
  /** Position of the last change of the rules; 0 for none. */
  rulesChangedAt(userNid: number): number
  /** Throws M_NOT_FOUND and M_INVALID_PARAM. */
  rule(owner: RuleOwner, path: RulePath): PushRule
  setRule(owner: RuleOwner, path: RulePath, setting: RuleSetting): Promise<void>
  deleteRule(owner: RuleOwner, path: RulePath): Promise<void>
  enableRule(owner: RuleOwner, path: RulePath, enabled: boolean): Promise<void>
  setRuleActions(owner: RuleOwner, path: RulePath, actions: PushRuleFields['actions']): Promise<void>
  pushers(userNid: number): Promise<Pusher[]>
  setPusher(owner: PusherOwner, request: PusherRequest): Promise<void>
}

/** Builds push on its store. */
export function createPush({ store, users, serverName }: PushOptions): Push {
  const counts = new Counts(store)
  const special = new SpecialUsers()
  const userRules = new UserRules(store, users, special)
  store.onReset(() => special.forgetRooms())
  const rules = ({ userNid, userId }: RuleOwner) => userRules.rules(userNid, userId)
  const change = async (owner: RuleOwner, path: RulePath, made: Change) => {
    const { ruleset, refusal } = made(rules(owner), nameOf(path))
    if (refusal) throw new MatrixError(refusal.errcode, refusal.message, refused(refusal.errcode))
    await userRules.set(owner.userNid, owner.userId, ruleset)
  }
  return {
    load: () => userRules.load(),
    decide: createDecide({ serverName, users, counts, special, userRules }),
    onRead: (mark, position) => counts.changed(mark.user_nid, mark.room_nid, position),
    counts: (userNid, room) => counts.of(userNid, room),
    judge: async ({ userNid, userId }, sent) => ({
      ...userRules.outcomeFor(userNid, userId, sent),
      isRead: await counts.isRead(userNid, sent.room, sent.event),
    }),
    rules,
    rulesChangedAt: (userNid) => userRules.changedAt(userNid),
    rule: (owner, path) => existing(findPushRule(rules(owner), nameOf(path))),
    setRule: (owner, path, setting) => change(owner, path, (ruleset, name) => setPushRule(ruleset, name, setting)),
    deleteRule: (owner, path) => change(owner, path, deletePushRule),
    enableRule: (owner, path, enabled) =>
      change(owner, path, (ruleset, name) => setPushRuleEnabled(ruleset, name, enabled)),
    setRuleActions: (owner, path, actions) =>
      change(owner, path, (ruleset, name) => setPushRuleActions(ruleset, name, actions)),
    pushers: (userNid) => pushers(store, userNid),
    setPusher: (owner, request) => setPusher(store, owner, request),
  }
}

type Change = (ruleset: PushRuleset, name: PushRuleName) => PushRuleChange

function nameOf({ kind, ruleId }: RulePath): PushRuleName {
  if (!isPushRuleKind(kind)) throw new MatrixError('M_INVALID_PARAM', 'There is no such kind of push rule')
  return { kind, ruleId }
}

function existing(rule: PushRule | undefined): PushRule {
  if (!rule) throw new MatrixError('M_NOT_FOUND', 'The push rule was not found')
  return rule
}

/** "400: There was a problem configuring this push rule", M_UNKNOWN included. */
const refused = (errcode: string) => (errcode === 'M_UNKNOWN' ? { status: 400 } : {})
