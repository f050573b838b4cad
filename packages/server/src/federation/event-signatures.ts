// Whether events are signed by the servers that must have signed them, with keys that counted when they were made.
// https://spec.matrix.org/v1.19/server-server-api/#validating-hashes-and-signatures-on-received-events
import type { Pdu } from '@myelin/algorithms/event'
import { requiredSigners } from '@myelin/algorithms/event-signers'
import { isKeyValidForEvent } from '@myelin/algorithms/key-validity'
import { policyServerKeyId } from '@myelin/algorithms/policy-server'
import type { RoomVersionRules } from '@myelin/algorithms/room-version'
import { signatureOf, signingKeyIds } from '@myelin/algorithms/signatures'
import { signaturesPerServerMax } from '../federation-limits.ts'
import type { KnownKey } from './key-document.ts'
import type { Keyring } from './keyring.ts'
import type { SignatureCheck, SignatureChecks } from './signature-checks.ts'

/** An event as its signatures cover it. */
export interface SignedEvent {
  readonly pdu: Pdu
  /** What its signatures cover (`ReceivedPdu`). */
  readonly signedText: string
}

export interface EventSignatureOptions {
  readonly rules: RoomVersionRules
  readonly keyring: Keyring
  readonly signatures: SignatureChecks
  /** Milliseconds since the epoch. */
  readonly now: number
  /** How long keys that are missing are waited for; as long as it takes unless told. */
  readonly keyWaitMs?: number | undefined
}

/** Why an event must be dropped. */
export interface SignatureProblem {
  readonly reason: string
  /** The server of whose keys none is known with which it could have signed the event, if that is the problem. */
  readonly lacksKeyOf?: string
}

/** Undefined if all is well. Fetches keys that are missing. */
export async function signatureProblem(
  event: SignedEvent,
  options: EventSignatureOptions,
): Promise<SignatureProblem | undefined> {
  const named: string[] = []
  const checks: SignatureCheck[] = []
  for (const signer of requiredSigners(event.pdu, options.rules)) {
    const keys = await usableKeys(event, signer, options)
    if (keys.length === 0)
      return { reason: `no key is known with which ${signer} could have signed the event`, lacksKeyOf: signer }
    // Every signature of a known key must be valid, not just one of them.
    for (const { keyId, publicKey } of keys) {
      checks.push({ text: event.signedText, signature: signatureOf(event.pdu, signer, keyId) ?? '', publicKey })
      named.push(`the signature of ${signer} by ${keyId} is wrong`)
    }
  }
  const wrong = (await options.signatures.verify(checks)).indexOf(false)
  return wrong < 0 ? undefined : { reason: named[wrong] ?? '' }
}

async function usableKeys(
  { pdu }: SignedEvent,
  signer: string,
  { rules, keyring, now, keyWaitMs: waitMs }: EventSignatureOptions,
): Promise<KnownKey[]> {
  const originServerTs = pdu.origin_server_ts
  // The policy server signs under the name of its server, but not with a key of that server.
  const ids = signingKeyIds(pdu, signer).filter((keyId) => keyId !== policyServerKeyId)
  const neededTs = rules.keyValidity ? originServerTs : 0
  const keys = await Promise.all(
    ids.slice(0, signaturesPerServerMax).map((id) => keyring.key(signer, id, neededTs, { waitMs })),
  )
  return keys
    .filter((key) => key !== undefined)
    .filter(({ times }) => isKeyValidForEvent(times, { originServerTs, now }, rules))
}
