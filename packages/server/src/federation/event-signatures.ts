// Whether an event is signed by the servers that must have signed it, with keys that counted when it was made.
// https://spec.matrix.org/v1.19/server-server-api/#validating-hashes-and-signatures-on-received-events
import type { Pdu } from '@myelin/algorithms/event'
import { requiredSigners } from '@myelin/algorithms/event-signers'
import { isKeyValidForEvent } from '@myelin/algorithms/key-validity'
import type { RoomVersionRules } from '@myelin/algorithms/room-version'
import { signatureOf, signingKeyIds, verifyText } from '@myelin/algorithms/signatures'
import type { KnownKey } from './key-document.ts'
import type { Keyring } from './keyring.ts'

export interface SignatureCheck {
  readonly pdu: Pdu
  /** What its signatures cover (`ReceivedPdu`). */
  readonly signedText: string
  readonly rules: RoomVersionRules
  readonly keyring: Keyring
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** The policy server signs under the name of its server, but not with a key of that server. */
const policyServerKeyId = 'ed25519:policy_server'

/** Undefined if all is well, else why the event must be dropped. Fetches keys that are missing. */
export async function signatureProblem(check: SignatureCheck): Promise<string | undefined> {
  for (const signer of requiredSigners(check.pdu, check.rules)) {
    const keys = await usableKeys(check, signer)
    if (keys.length === 0) return `no key is known with which ${signer} could have signed the event`
    // Every signature of a known key must be valid, not just one of them.
    for (const { keyId, publicKey } of keys)
      if (!verifyText(check.signedText, signatureOf(check.pdu, signer, keyId) ?? '', publicKey))
        return `the signature of ${signer} by ${keyId} is wrong`
  }
  return undefined
}

async function usableKeys({ pdu, rules, keyring, now }: SignatureCheck, signer: string): Promise<KnownKey[]> {
  const originServerTs = pdu.origin_server_ts
  const ids = signingKeyIds(pdu, signer).filter((keyId) => keyId !== policyServerKeyId)
  const neededTs = rules.keyValidity ? originServerTs : 0
  const keys = await Promise.all(ids.slice(0, signaturesPerServerMax).map((id) => keyring.key(signer, id, neededTs)))
  return keys
    .filter((key) => key !== undefined)
    .filter(({ times }) => isKeyValidForEvent(times, { originServerTs, now }, rules))
}

const signaturesPerServerMax = 20
