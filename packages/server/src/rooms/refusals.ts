// What became of events that were not accepted: counts for the metrics, and for those that were dropped, which are not
// stored, the last of them with their reasons.
import { MatrixError, type MatrixErrorOptions } from '@myelin/protocol/errors'
import type { Rejection } from '@myelin/algorithms/auth'
import { BoundedMap } from '../federation/bounded-map.ts'
import { FederationError } from '../federation/federation-error.ts'
import { droppedEventsRememberedMax, refusalReasonCharactersMax } from '../federation-limits.ts'

export type RefusedVerdict = 'dropped' | 'rejected' | 'soft-failed'

/**
 * Why an event is dropped: a word in place of a rule's number. `format`: it is no event. `signature`: it is not signed as
 * it must be. `acl`: the room bars its sender. `missing`: what it cites or follows cannot be had. `flood`: too many wait.
 * `absent`: this server is not in the room. `refused`: it may not come in the way it came. `fault`: this server failed.
 */
export type DropRule = 'format' | 'signature' | 'acl' | 'missing' | 'flood' | 'absent' | 'refused' | 'fault'

const errcodes = {
  format: 'M_BAD_JSON',
  signature: 'M_INVALID_PARAM',
  acl: 'M_FORBIDDEN',
  missing: 'M_FORBIDDEN',
  flood: 'M_LIMIT_EXCEEDED',
  absent: 'M_FORBIDDEN',
  refused: 'M_FORBIDDEN',
  fault: 'M_UNKNOWN',
} as const

/** The event is dropped: as if it had not been sent. */
export class EventDropped extends MatrixError {
  readonly rule: DropRule

  constructor(rule: DropRule, reason: string, options: MatrixErrorOptions = {}) {
    super(errcodes[rule], reason, options)
    this.rule = rule
  }
}

/** The key of a server that must have signed it, or something it needs, cannot be had just now: later it may come in. */
export class KeyAwaited extends EventDropped {
  readonly serverName: string

  constructor(serverName: string, reason: string) {
    super('signature', reason, { status: 503 })
    this.serverName = serverName
  }
}

/** The rule by which an event is dropped over this error. */
export function dropRuleOf(error: unknown): DropRule {
  if (error instanceof EventDropped) return error.rule
  if (error instanceof FederationError) return 'missing'
  return error instanceof MatrixError && error.errcode !== 'M_UNKNOWN' ? 'refused' : 'fault'
}

export interface Dropped extends Rejection {
  readonly origin: string
  readonly roomId: string
  /** Milliseconds since the epoch. */
  readonly ts: number
}

export interface RefusalCount {
  readonly verdict: RefusedVerdict
  readonly rule: string
  readonly count: number
}

export class Refusals {
  readonly #dropped = new BoundedMap<Dropped>(droppedEventsRememberedMax)
  readonly #counts = new Map<string, number>()

  /** Rules are those of the room versions, so that they are few. */
  count(verdict: RefusedVerdict | 'accepted', rule: string): void {
    const name = `${verdict} ${rule}`
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
  }

  /** An event without an id was none, and is only counted. */
  drop(eventId: string | undefined, { reason, ...dropped }: Dropped): void {
    this.count('dropped', dropped.rule)
    if (eventId === undefined) return
    this.#dropped.set(eventId, { ...dropped, reason: reason.slice(0, refusalReasonCharactersMax) })
  }

  /** Why an event was dropped, as long as that is remembered. */
  dropped(eventId: string): Dropped | undefined {
    return this.#dropped.get(eventId)
  }

  counts(): RefusalCount[] {
    return Array.from(this.#counts, ([name, count]) => {
      const [verdict = '', rule = ''] = name.split(' ')
      return { verdict: verdict as RefusedVerdict, rule, count }
    })
  }
}
