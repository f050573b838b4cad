// Policy servers: a room may name a server whose signature an event needs to be recommended for inclusion.
// https://spec.matrix.org/v1.19/server-server-api/#policy-servers
import { decodeBase64 } from './base64.ts'
import { type JsonObject, objectMember, stringMember } from './json.ts'
import type { RoomVersionRules } from './room-version.ts'
import { verifyEvent } from './signatures.ts'

/** "The Key ID for the `ed25519` key in `m.room.policy` is always `ed25519:policy_server`." */
export const policyServerKeyId = 'ed25519:policy_server'

/** A policy server as `m.room.policy` names it. It is in use only while it has a joined user in the room. */
export interface PolicyServer {
  /** Its server name. */
  readonly via: string
  readonly publicKey: Uint8Array
}

/** The policy server named by the content of an `m.room.policy` with empty state key; undefined when that is not valid. */
export const policyServerOf = (content: JsonObject | undefined): PolicyServer | undefined => {
  if (content === undefined) return undefined
  const via = stringMember(content, 'via')
  const encoded = stringMember(objectMember(content, 'public_keys') ?? {}, 'ed25519')
  if (via === undefined || encoded === undefined) return undefined
  return { via, publicKey: decodeBase64(encoded) ?? new Uint8Array() }
}

/** Whether an event goes without the signature: "the Policy Server is not asked to sign" the event that names it. */
export const isExemptFromPolicy = (event: { readonly type: string; readonly stateKey?: string | undefined }): boolean =>
  event.type === 'm.room.policy' && event.stateKey === ''

/** Whether the event carries the policy server's valid signature. */
export const isSignedByPolicyServer = (event: JsonObject, rules: RoomVersionRules, server: PolicyServer): boolean =>
  verifyEvent(event, rules, { entity: server.via, keyId: policyServerKeyId, publicKey: server.publicKey })
