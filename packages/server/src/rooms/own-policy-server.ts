// This server as the policy server of rooms: it signs what its operator's rules allow, and refuses the rest.
// https://spec.matrix.org/v1.19/server-server-api/#policy-servers
import type { Pdu } from '@myelin/algorithms/event'
import { policyServerKeyId } from '@myelin/algorithms/policy-server'
import { addEventSignature, signatureOf, type SigningKey } from '@myelin/algorithms/signatures'
import { MatrixError } from '@myelin/protocol/errors'
import type { Environment } from '../environment.ts'
import { BoundedMap } from '../federation/bounded-map.ts'
import { policyUsersCountedMax, policyVerdictsRememberedMax } from '../federation-limits.ts'
import type { HotRoom } from './hot-room.ts'
import { PolicyAnswers } from './policy-answers.ts'
import { createPolicyRules, type PolicyConfig, type PolicyRules } from './policy-rules.ts'
import { powerLevelsOf } from './power.ts'

export interface OwnPolicyServerOptions {
  readonly serverName: string
  /** `ed25519:policy_server`, not the key that the server signs its events with. */
  readonly key: SigningKey
  readonly config: PolicyConfig
  readonly environment: Environment
}

/** How much a user has left to say in a room. */
interface Allowance {
  events: number
  countedMs: number
}

export class OwnPolicyServer {
  /** What it made of events, each counted once. */
  readonly answers = new PolicyAnswers('own')
  readonly #options: OwnPolicyServerOptions
  readonly #rules: PolicyRules
  readonly #allowances = new BoundedMap<Allowance>(policyUsersCountedMax)
  /**
   * What was made of events, by their signatures, which are the same each time: of all the servers that ask about an event
   * none hears something else, nor is it counted twice.
   */
  readonly #verdicts = new BoundedMap<{ readonly refusal: string | undefined }>(policyVerdictsRememberedMax)

  constructor(options: OwnPolicyServerOptions) {
    this.#options = options
    this.#rules = createPolicyRules(options.config)
  }

  get publicKey(): Uint8Array {
    return this.#options.key.publicKey
  }

  /** Its signature of an event of the room. Throws M_FORBIDDEN with the reason, and M_LIMIT_EXCEEDED. */
  recommend(room: HotRoom, pdu: Pdu): string {
    const { serverName, key } = this.#options
    const signed = addEventSignature(pdu, room.rules, { serverName, key })
    const signature = signatureOf(signed, serverName, policyServerKeyId) ?? ''
    const known = this.#verdicts.get(signature)
    const refusal = known ? known.refusal : this.#judge(room, pdu)
    if (!known) this.#verdicts.set(signature, { refusal })
    if (refusal !== undefined) throw new MatrixError('M_FORBIDDEN', refusal, { status: 400 })
    return signature
  }

  #judge(room: HotRoom, pdu: Pdu): string | undefined {
    try {
      const refusal = this.#refusalOf(room, pdu)
      this.answers.count(refusal === undefined ? 'signed' : 'refused')
      return refusal
    } catch (error) {
      this.answers.countError(error)
      throw error
    }
  }

  #refusalOf(room: HotRoom, pdu: Pdu): string | undefined {
    if (isOwnLeave(pdu)) return undefined
    const bySender = this.#rules.refusalOfSender(pdu.sender)
    if (bySender !== undefined) return bySender
    const levels = powerLevelsOf(room)
    if (levels.of(pdu.sender) >= levels.ban) return undefined
    const byContent = this.#rules.refusalOfContent(pdu)
    if (byContent === undefined) this.#count(`${room.nid} ${pdu.sender}`)
    return byContent
  }

  /** Throws M_LIMIT_EXCEEDED. */
  #count(who: string): void {
    const perMinute = this.#options.config['policyServer.eventsPerMinuteMax']
    if (perMinute === 0) return
    const now = this.#options.environment.monotonic()
    const allowance = this.#allowances.get(who) ?? { events: perMinute, countedMs: now }
    const regained = ((now - allowance.countedMs) / minuteMs) * perMinute
    const events = Math.min(perMinute, allowance.events + regained)
    this.#allowances.set(who, { events: events < 1 ? events : events - 1, countedMs: now })
    if (events >= 1) return
    const waitMs = Math.ceil(((1 - events) / perMinute) * minuteMs)
    throw new MatrixError('M_LIMIT_EXCEEDED', 'You write too much in this room', {
      fields: { retry_after_ms: waitMs },
      headers: { 'retry-after': String(Math.ceil(waitMs / 1000)) },
    })
  }
}

const minuteMs = 60_000

/** Whoever is not wanted may go. */
const isOwnLeave = ({ type, sender, state_key: stateKey, content }: Pdu): boolean =>
  type === 'm.room.member' && stateKey === sender && content['membership'] === 'leave'
