// What an event about to be appended adds to unread counts: one decision for everybody by the default rules, and the
// few users for whom it comes out differently. Synchronous; no work per member.
import type { PushDecision } from '../rooms/context.ts'
import type { HotRoom } from '../rooms/hot-room.ts'
import type { RoomEvent } from '../rooms/room-event.ts'
import { addPushException, addPushExceptionByUserId } from '../store/push.ts'
import { everyThread, setReadMark } from '../store/read-marks.ts'
import type { Write } from '../store/store.ts'
import type { Users } from '../store/users.ts'
import type { Counts } from './counts.ts'
import { evaluatorOf, type Evaluate, type Outcome } from './evaluator.ts'
import type { SpecialUsers } from './special-users.ts'
import type { UserRules } from './user-rules.ts'

export interface DecideParts {
  readonly serverName: string
  readonly users: Users
  readonly counts: Counts
  readonly special: SpecialUsers
  readonly userRules: UserRules
}

/** A user for whom the outcome differs, known by nid or else by id. */
interface Exception {
  readonly notify: boolean
  readonly highlight: boolean
  readonly userNid: number | undefined
  readonly userId: string
}

/** Mentions looked at in one event. */
const mentionsMax = 1_000

/** The hook of `rooms/append`. */
export function createDecide(parts: DecideParts): (event: RoomEvent, room: HotRoom) => PushDecision {
  // Nobody has this id: the outcome for a user who is neither invited nor mentioned.
  const byDefault = evaluatorOf('@')
  const mentioned = new DefaultRulesOf()
  return (event, room) => {
    const decision = byDefault(event, room)
    const { notify, highlight } = decision
    const exceptions = [...mentionedUsers(parts, mentioned, { event, room }), ...specialUsers(parts, { event, room })]
    const differing = exceptions.filter((each) => each.notify !== notify || each.highlight !== highlight)
    if (event.type === 'm.room.member') parts.special.membersChange(room.nid)
    if (event.threadNid !== undefined) parts.counts.hasThreads(room.nid)
    return { notify, highlight, record: (w) => record(parts, w, { event, room, decision, differing }) }
  }
}

/** Default rules differ between users only in their own id; those of the mentioned are made as they are needed. */
class DefaultRulesOf {
  readonly #byUser = new Map<string, Evaluate>()

  of(userId: string): Evaluate {
    const known = this.#byUser.get(userId)
    if (known) return known
    if (this.#byUser.size >= rememberedMax) this.#byUser.clear()
    const made = evaluatorOf(userId)
    this.#byUser.set(userId, made)
    return made
  }
}

const rememberedMax = 10_000

/** An event about to be appended. */
interface Sent {
  readonly event: RoomEvent
  readonly room: HotRoom
}

/** Local members named in `m.mentions`, apart from the sender and from those with rules of their own. */
function mentionedUsers(parts: DecideParts, rules: DefaultRulesOf, { event, room }: Sent): Exception[] {
  const mentions = event.content['m.mentions']
  if (typeof mentions !== 'object' || mentions === null || !('user_ids' in mentions)) return []
  const { user_ids: userIds } = mentions
  if (!Array.isArray(userIds)) return []
  const found: Exception[] = []
  for (const userId of new Set(userIds.slice(0, mentionsMax))) {
    if (typeof userId !== 'string' || userId === event.sender || !userId.endsWith(`:${parts.serverName}`)) continue
    if (room.stateNid('m.room.member', userId) === 0) continue
    const userNid = parts.users.cached(userId)
    if (userNid !== undefined && (!room.localJoined.has(userNid) || parts.userRules.isSpecial(userNid))) continue
    const { notify, highlight } = rules.of(userId)(event, room)
    found.push({ userNid, userId, notify, highlight })
  }
  return found
}

function specialUsers({ special, userRules }: DecideParts, { event, room }: Sent): Exception[] {
  const found: Exception[] = []
  for (const userNid of special.in(room)) {
    if (userNid === event.senderNid) continue
    const { userId, notify, highlight } = userRules.outcome(userNid, event, room)
    found.push({ userNid, userId, notify, highlight })
  }
  return found
}

interface Recorded extends Sent {
  readonly decision: Outcome
  readonly differing: readonly Exception[]
}

function record(parts: DecideParts, w: Write, recorded: Recorded) {
  const { event, room, decision, differing } = recorded
  const ord = event.ord ?? 0
  for (const { userNid, userId, notify, highlight } of differing) {
    const row = { room_nid: room.nid, ord, thread_nid: event.threadNid ?? 0, ...delta({ notify, highlight }, decision) }
    if (userNid === undefined) {
      addPushExceptionByUserId(w, userId, row)
      parts.counts.anybodyChanged()
    } else {
      addPushException(w, { ...row, user_nid: userNid })
      parts.counts.changed(userNid, room.nid, ord)
    }
  }
  if (event.sender.endsWith(`:${parts.serverName}`)) readByOwn(parts, w, recorded)
}

const delta = (own: Pick<Exception, 'notify' | 'highlight'>, everybody: Outcome) => ({
  notify: Number(own.notify) - Number(everybody.notify),
  highlight: Number(own.highlight) - Number(everybody.highlight),
})

/**
 * "When the user updates their read receipt (either by using the API or by sending an event), notifications prior to and
 * including that event MUST be marked as read." https://spec.matrix.org/v1.19/client-server-api/#receiving-notifications
 * A join reads everything; a change of the user's profile in the room reads nothing.
 */
function readByOwn({ counts }: DecideParts, w: Write, { event, room, decision }: Recorded) {
  const ord = event.ord ?? 0
  const part = event.threadNid ?? 0
  const before = room.totals.get(part) ?? { notify: 0, highlight: 0 }
  const own = { user_nid: event.senderNid, room_nid: room.nid, ord }
  const isMember = event.type === 'm.room.member'
  const isJoin = isMember && event.content['membership'] === 'join' && room.membership(event.senderNid) !== 'join'
  if (isMember && !isJoin) return
  if (isJoin) setReadMark(w, { ...own, thread_nid: everyThread, notify_count: 0, highlight_count: 0 })
  setReadMark(w, {
    ...own,
    thread_nid: part,
    notify_count: before.notify + Number(decision.notify),
    highlight_count: before.highlight + Number(decision.highlight),
  })
  counts.changed(event.senderNid, room.nid, ord)
}
