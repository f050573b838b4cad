// Verifies the events of a room in a ledger: their ids, hashes, signatures and what they cite, and that the files of the
// state say what they say. Needs nothing but the ledger.
import { authorizeByAuthEvents } from '@myelin/algorithms/auth'
import { canonicalJson } from '@myelin/algorithms/canonical-json'
import { type AuthEvent, authEventOf, type Pdu, referencedIds } from '@myelin/algorithms/event'
import { checkPdu } from '@myelin/algorithms/event-format'
import { requiredSigners } from '@myelin/algorithms/event-signers'
import { eventIdOf, hashMatches } from '@myelin/algorithms/hashes'
import { redactContent } from '@myelin/algorithms/redaction'
import { roomVersion, type RoomVersionRules } from '@myelin/algorithms/room-version'
import { signingKeyIds, verifyEvent } from '@myelin/algorithms/signatures'
import { withPlainNumbers } from '@myelin/protocol/exact-numbers'
import { redactedText } from './event-line.ts'
import { keyInLedger, type LedgerEvent, ledgerEvents, type LedgerView } from './ledger-view.ts'
import type { RoomInTree } from './room-folders.ts'
import { allStateEntries } from './state-files.ts'

export interface RoomReport {
  events: number
  /** Events whose content is verified too. */
  contents: number
  /** Events about which the ledger does not hold enough to judge them. */
  unjudged: number
}

type Problem = (text: string) => void

/** Verifies a room; `problem` is told what is wrong, each with its place. */
export function verifyRoom(view: LedgerView, { path, file }: RoomInTree, problem: Problem): RoomReport {
  const report = { events: 0, contents: 0, unjudged: 0 }
  const rules = roomVersion(file.room_version)
  if (!rules) {
    problem(`${path}: room version ${file.room_version} is not known`)
    return report
  }
  const room = new VerifiedRoom({ view, rules, problem, report })
  // An outlier may cite any other: all are there before the first is judged.
  const outliers = [...ledgerEvents(view, `${path}/outliers`, problem)]
  for (const event of outliers) room.know(event)
  for (const event of outliers) room.verify(event, 'outlier')
  for (const event of ledgerEvents(view, `${path}/events`, problem)) {
    room.know(event)
    room.verify(event, 'timeline')
  }
  room.verifyState(path)
  return report
}

interface RoomToVerify {
  readonly view: LedgerView
  readonly rules: RoomVersionRules
  readonly problem: Problem
  readonly report: RoomReport
}

/** A ledger holds the past of rooms too. */
const checked = (value: unknown, rules: RoomVersionRules) => checkPdu(value, rules, { isHistory: true })

class VerifiedRoom {
  readonly #room: RoomToVerify
  readonly #ids = new Set<string>()
  /** State events, redacted, by id: what others cite and the state's files show. */
  readonly #state = new Map<string, { readonly pdu: Pdu; readonly authEvent: AuthEvent }>()
  #create: AuthEvent | undefined

  constructor(room: RoomToVerify) {
    this.#room = room
  }

  know(event: LedgerEvent): void {
    const { rules } = this.#room
    const { pdu } = checked(event.pdu, rules)
    const whole = event.full && hashMatches(event.full) ? checked(event.full, rules).pdu : undefined
    this.#ids.add(event.event_id)
    if (pdu?.state_key === undefined) return
    const authEvent = authEventOf(whole ?? pdu, rules, event.event_id)
    this.#state.set(event.event_id, { pdu, authEvent })
    if (pdu.type === 'm.room.create') this.#create ??= authEvent
  }

  verify(event: LedgerEvent, kind: 'timeline' | 'outlier'): void {
    const { rules, problem, report } = this.#room
    const { place, event_id: eventId } = event
    report.events++
    const { pdu, refusal } = checked(event.pdu, rules)
    if (pdu === undefined) return problem(`${place}: ${eventId} is not an event: ${refusal}`)
    const found = eventIdOf(event.pdu, rules)
    if (found !== eventId) return problem(`${place}: ${eventId} is another event, ${found}`)
    this.#verifyContent(event)
    const isSigned = this.#verifySignatures(event, pdu)
    const missing = this.#missing(event, pdu, kind)
    for (const id of missing) problem(`${place}: ${eventId} cites ${id}, which is not in the ledger`)
    if (isSigned && missing.length === 0) this.#judge(event, pdu)
  }

  #verifyContent({ full, pdu, place, event_id: eventId }: LedgerEvent): void {
    const { rules, problem, report } = this.#room
    if (full === undefined) return
    report.contents++
    if (!hashMatches(full)) problem(`${place} on the branch content: ${eventId} does not match its hash`)
    else if (redactedText(full, rules) !== canonicalJson(pdu, 'lenient'))
      problem(`${place} on the branch content: ${eventId} is not the event of the other branch`)
  }

  /** Whether it is signed as it must be. */
  #verifySignatures({ place, event_id: eventId, pdu: exact, full }: LedgerEvent, pdu: Pdu): boolean {
    const { rules, problem, view, report } = this.#room
    for (const serverName of requiredSigners(checked(full ?? exact, rules).pdu ?? pdu, rules)) {
      const keyIds = signingKeyIds(exact, serverName)
      const keys = keyIds.flatMap((keyId) => {
        const publicKey = keyInLedger(view, serverName, keyId)
        return publicKey ? [{ entity: serverName, keyId, publicKey }] : []
      })
      if (keys.some((by) => verifyEvent(exact, rules, by))) continue
      // An invite made good by a third party need not be signed, and does not say what it is when it is redacted.
      const isOpen = keyIds.length === 0 && pdu.content['membership'] === 'invite' && full === undefined
      if (isOpen) report.unjudged++
      else problem(`${place}: ${eventId} has no valid signature of ${serverName}`)
      return false
    }
    return true
  }

  #missing({ not_held: notHeld = [] }: LedgerEvent, pdu: Pdu, kind: 'timeline' | 'outlier'): string[] {
    const previous = kind === 'timeline' ? referencedIds(pdu.prev_events) : []
    const cited = [...referencedIds(pdu.auth_events), ...previous]
    return cited.filter((id) => !this.#ids.has(id) && !notHeld.includes(id))
  }

  #judge({ place, event_id: eventId, full, not_held: notHeld = [] }: LedgerEvent, pdu: Pdu): void {
    const { rules, problem, report } = this.#room
    const cited = referencedIds(pdu.auth_events)
    const authEvents = cited.flatMap((id) => this.#state.get(id)?.authEvent ?? [])
    const whole = full === undefined ? pdu : (checked(full, rules).pdu ?? pdu)
    const authEvent = authEventOf(whole, rules, eventId)
    const rejection = authorizeByAuthEvents(authEvent, { authEvents, create: this.#createOf(rules) }, rules)
    if (rejection === undefined) return
    // What redaction has removed, such as the other half of a third-party invite, the rules may need.
    const isCut = full === undefined && pdu.type === 'm.room.member'
    if (cited.some((id) => notHeld.includes(id)) || isCut) report.unjudged++
    else problem(`${place}: ${eventId} is not allowed by the events it cites: ${rejection.reason}`)
  }

  #createOf({ roomIdIsCreateHash }: RoomVersionRules): AuthEvent | undefined {
    return roomIdIsCreateHash ? this.#create : undefined
  }

  /** The files of the state show events of the room, as they are. */
  verifyState(path: string): void {
    const { view, rules, problem } = this.#room
    for (const file of ['state', 'members'] as const)
      for (const entry of allStateEntries(view.main, `${path}/${file}`)) {
        const pdu = this.#state.get(entry.event_id)?.pdu
        const key = `${entry.type} ${JSON.stringify(entry.state_key)}`
        if (pdu?.type !== entry.type || pdu.state_key !== entry.state_key)
          problem(`${path}/${file}: ${key} shows ${entry.event_id}, which is not such an event of the room`)
        else if (textOf(redactContent(pdu.type, pdu.content, rules)) !== textOf(entry.content))
          problem(`${path}/${file}: ${key} does not show what ${entry.event_id} says`)
      }
  }
}

const textOf = (value: unknown): string => canonicalJson(withPlainNumbers(value), 'lenient')
