// An event of another server as it arrives: steps 1 to 3 of the checks on receipt, before anything is asked of the room.
// https://spec.matrix.org/v1.19/server-server-api/#checks-performed-on-receipt-of-a-pdu
import { authEventOf } from '@myelin/algorithms/event'
import type { PduCheckOptions } from '@myelin/algorithms/event-format'
import { readPdu } from '@myelin/algorithms/received-pdu'
import type { RoomVersionRules } from '@myelin/algorithms/room-version'
import { MatrixError } from '@myelin/protocol/errors'
import { signatureProblem } from '../federation/event-signatures.ts'
import { FederationError } from '../federation/federation-error.ts'
import { keyAwaitedMs } from '../federation-limits.ts'
import type { IncomingEvent } from './admit-write.ts'
import type { RoomsContext, RoomsFederation } from './context.ts'
import { EventDropped, KeyAwaited } from './refusals.ts'

/** Reads an event whose signatures are still to be checked. Throws EventDropped for what is none. */
export function parseIncoming(value: unknown, rules: RoomVersionRules, options: PduCheckOptions = {}): IncomingEvent {
  const read = readPdu(value, rules, options) // 1. a valid event, and 3. passes hash checks, otherwise it is redacted
  if (read.pdu === undefined) throw new EventDropped('format', read.refusal)
  return { ...read, authEvent: authEventOf(read.pdu, rules, read.eventId) }
}

/** Reads an event and checks its signatures. Throws EventDropped, KeyAwaited. */
export async function readIncoming(
  context: RoomsContext,
  value: unknown,
  rules: RoomVersionRules,
): Promise<IncomingEvent> {
  const read = parseIncoming(value, rules)
  await verifyIncoming(context, read, rules) // 2. passes signature checks, otherwise it is dropped
  return read
}

/** Reads an event that a server answered with. Throws FederationError where that is none: nobody here is to blame for it. */
export async function readAnswer(
  context: RoomsContext,
  { server, value }: { readonly server: string; readonly value: unknown },
  rules: RoomVersionRules,
): Promise<IncomingEvent> {
  try {
    return await readIncoming(context, value, rules)
  } catch (cause) {
    if (!(cause instanceof EventDropped) || cause instanceof KeyAwaited) throw cause
    throw new FederationError('malformed', server, `gave what is not to be taken in: ${cause.message}`, { cause })
  }
}

export interface Verifying {
  /** How long keys that are missing are waited for; as long as it takes unless told. */
  readonly keyWaitMs?: number
}

/** Throws EventDropped unless the event is signed as it must be: KeyAwaited where that cannot be told just now. */
export async function verifyIncoming(
  context: RoomsContext,
  { pdu, signedText }: IncomingEvent,
  rules: RoomVersionRules,
  { keyWaitMs }: Verifying = {},
): Promise<void> {
  const { keyring, signatures } = federationOf(context)
  const options = { rules, keyring, signatures, now: context.environment.now(), keyWaitMs }
  const problem = await signatureProblem({ pdu, signedText }, options)
  if (problem === undefined) return
  const { reason, lacksKeyOf: signer } = problem
  if (signer !== undefined && keyring.isAwaited(signer, keyAwaitedMs)) throw new KeyAwaited(signer, reason)
  throw new EventDropped('signature', reason)
}

/** The other servers. Throws M_FORBIDDEN on a server that does not federate. */
export function federationOf({ federation }: RoomsContext): RoomsFederation {
  if (!federation) throw new MatrixError('M_FORBIDDEN', 'This server does not federate')
  return federation
}
