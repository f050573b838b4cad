// What becomes of an event received: accepted, rejected or soft-failed.
// https://spec.matrix.org/v1.19/server-server-api/#checks-performed-on-receipt-of-a-pdu
import type { Rejection } from './auth-context.ts'

/** Results of the checks, each undefined when passed. */
export interface ReceiptChecks {
  /** "4. Passes authorization rules based on the event's auth events, otherwise it is rejected." */
  readonly byAuthEvents: Rejection | undefined
  /** "5. Passes authorization rules based on the state before the event, otherwise it is rejected." */
  readonly byStateBefore: Rejection | undefined
  /** "6. Passes authorization rules based on the current state of the room, otherwise it is 'soft failed'." */
  readonly byCurrentState: Rejection | undefined
  /** "7. … is validly signed by the policy server, otherwise it is 'soft failed'." True when the room has none. */
  readonly policyServerAgrees: boolean
}

/** The verdict, and the rule that decided it; a refusal by the policy server has none. */
export type ReceiptVerdict =
  | { readonly verdict: 'accepted' }
  | { readonly verdict: 'rejected' | 'soft-failed'; readonly rejection: Rejection | undefined }

/** The verdict, decided by the first check that fails. */
export const receiptVerdict = (checks: ReceiptChecks): ReceiptVerdict => {
  const rejection = checks.byAuthEvents ?? checks.byStateBefore
  if (rejection !== undefined) return { verdict: 'rejected', rejection }
  if (checks.byCurrentState !== undefined) return { verdict: 'soft-failed', rejection: checks.byCurrentState }
  return checks.policyServerAgrees ? { verdict: 'accepted' } : { verdict: 'soft-failed', rejection: undefined }
}
