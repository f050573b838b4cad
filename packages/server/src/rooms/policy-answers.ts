// What policy servers made of events, counted for the metrics.
import { MatrixError } from '@myelin/protocol/errors'
import { FederationError, type FederationErrorKind } from '../federation/federation-error.ts'

/** `limited`: its sender has said too much for now. The others but `signed` and `refused`: there was no answer to use. */
export type PolicyOutcome = 'signed' | 'limited' | FederationErrorKind

export interface PolicyCount {
  /** Whether this server is the policy server that was asked. */
  readonly by: 'own' | 'other'
  readonly outcome: PolicyOutcome
  readonly count: number
}

export class PolicyAnswers {
  readonly #by: PolicyCount['by']
  readonly #counts = new Map<PolicyOutcome, number>()

  constructor(by: PolicyCount['by']) {
    this.#by = by
  }

  count(outcome: PolicyOutcome): void {
    this.#counts.set(outcome, (this.#counts.get(outcome) ?? 0) + 1)
  }

  /** An answer that is no signature: what was thrown. */
  countError(error: unknown): void {
    const refusal = error instanceof FederationError ? (error.refusal ?? error) : error
    if (refusal instanceof MatrixError && refusal.errcode === 'M_LIMIT_EXCEEDED') this.count('limited')
    else this.count(error instanceof FederationError ? error.kind : 'refused')
  }

  counts(): PolicyCount[] {
    return Array.from(this.#counts, ([outcome, count]) => ({ by: this.#by, outcome, count }))
  }
}
