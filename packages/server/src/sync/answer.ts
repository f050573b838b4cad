// One answer: every section up to one position, joined as text.
import { presenceRowsPerRead } from '../limits.ts'
import { Pace } from '../federation/pace.ts'
import { presenceSince, type SeenPresence } from '../store/presence.ts'
import { journalKind } from '../store/store.ts'
import { accountDataEvents, changedAccountData } from './account-data.ts'
import { changesFromStore, roomsToLookAt } from './changed-rooms.ts'
import { type Changes, type Dirty, kindBit } from './dirty.ts'
import { deviceSections } from './device-sections.ts'
import type { SyncParts } from './parts.ts'
import { roomsSection } from './rooms-section.ts'
import { syncToken } from './token.ts'
import { eventsField, plainEvent, type View } from './view.ts'

export interface Answer {
  readonly json: string
  /** Something in it is new to the client. */
  readonly hasNews: boolean
  /** The position it reaches to. */
  readonly to: number
}

export interface AnswerParts {
  readonly parts: SyncParts
  readonly dirty: Dirty
}

/** Builds the answer for a view. */
export async function answer({ parts, dirty }: AnswerParts, asked: Omit<View, 'to'>): Promise<Answer> {
  const { read } = parts.store
  // Position and changes are taken in one step: what becomes durable later is in the ring for the next answer.
  const view: View = { ...asked, to: parts.store.durablePosition }
  const known = dirty.changesSince(view.userNid, view.since, view.to)
  const changes = known === 'unknown' ? await changesFromStore(read, view, parts.ephemeral.typing) : known
  const rows = await roomsToLookAt(read, view, changes)
  const newest = rows.reduce((most, row) => Math.max(most, row.position), 0)
  if (newest > view.to) return later({ parts, dirty }, asked, newest)
  const everything = view.since === 0
  const hasAccountData =
    everything || changes.values().some((kinds) => (kinds & kindBit(journalKind.accountData)) !== 0)
  const accountData = hasAccountData ? await changedAccountData(read, view) : new Map()
  const rooms = await roomsSection(parts, view, { rooms: rows, changes, accountData })
  const own = accountDataEvents(accountData.get(0) ?? [], view.filter.accountData)
  own.push(...(await pushRulesEvent(parts, view, changes)))
  const presence = await presenceEvents(parts, view, { changes, hasNewRoom: rooms.hasNewRoom })
  const devices = await deviceSections(parts, view, { changes, rooms: rows })
  const fields = [
    `"next_batch":"${syncToken(view.to, devices.messagesCutAt)}"`,
    ...(own.length > 0 ? [eventsField('account_data', own)] : []),
    ...(presence.length > 0 ? [eventsField('presence', presence)] : []),
    ...(rooms.json === undefined ? [] : [rooms.json]),
    ...devices.fields,
  ]
  const hasNews = own.length + presence.length > 0 || rooms.json !== undefined || devices.hasNews
  return { json: `{${fields.join(',')}}`, hasNews, to: view.to }
}

/** A membership was read that is on disk but not announced yet: waits for the announcement, which says what else changed. */
async function later(answerParts: AnswerParts, asked: Omit<View, 'to'>, position: number): Promise<Answer> {
  const { store, environment } = answerParts.parts
  while (store.durablePosition < position && !asked.signal.aborted)
    await new Promise<void>((resolve) => void environment.timer(1, resolve))
  asked.signal.throwIfAborted()
  return answer(answerParts, asked)
}

async function pushRulesEvent(parts: SyncParts, view: View, changes: Changes): Promise<string[]> {
  const changed = ((changes.get(0) ?? 0) & kindBit(journalKind.pushRules)) !== 0
  const sent = view.since === 0 || (changed && parts.push.rulesChangedAt(view.userNid) > view.since)
  if (!sent || !view.filter.accountData.accepts({ type: 'm.push_rules' })) return []
  const global = parts.push.rules(view)
  return [plainEvent('m.push_rules', JSON.stringify({ global }))]
}

interface PresenceRequest {
  readonly changes: Changes
  readonly hasNewRoom: boolean
}

/** Who came to share a room with the user is told whole. */
async function presenceEvents(
  parts: SyncParts,
  view: View,
  { changes, hasNewRoom }: PresenceRequest,
): Promise<string[]> {
  const { presence } = parts.ephemeral
  const changed = ((changes.get(0) ?? 0) & kindBit(journalKind.presence)) !== 0
  if (!presence.enabled || !(changed || hasNewRoom || view.since === 0)) return []
  const since = hasNewRoom ? 0 : view.since
  const shown = (await presenceRows(parts, view, since)).filter(
    (row) =>
      view.filter.presence.accepts({ type: 'm.presence', sender: row.user_id }) && !view.ignored.has(row.user_id),
  )
  return shown.map((row) => {
    const content = JSON.stringify(presence.contentOf(row))
    return `{"content":${content},"sender":${JSON.stringify(row.user_id)},"type":"m.presence"}`
  })
}

/** A page at a time: who has just come is told of everybody who is there. */
async function presenceRows({ store, environment }: SyncParts, { userNid, to }: View, since: number) {
  const rows: SeenPresence[] = []
  const pace = new Pace(environment)
  for (let after = since; ;) {
    const range = { user: userNid, since: after, to, onlyPresent: since === 0, limit: presenceRowsPerRead }
    const page = await presenceSince(store.read, range)
    rows.push(...page.filter(({ shares }) => shares !== 0))
    if (page.length < presenceRowsPerRead) return rows
    after = page.at(-1)?.position ?? to
    await pace.breathe()
  }
}
