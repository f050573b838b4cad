// What an Olm message decrypts to.
// https://spec.matrix.org/v1.19/client-server-api/#molmv1curve25519-aes-sha2
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { UserId } from '../../identifiers.ts'
import { JsonObject } from '../../json-object.ts'
import { DeviceKeys } from './device_keys.ts'

const Ed25519Key = Type.Object({ ed25519: Type.String() })

/** An event with the keys of its sender and recipient, which stop others from passing it on as theirs. */
export const OlmPlaintext = Type.Object({
  type: Type.String(),
  content: JsonObject,
  sender: UserId,
  recipient: UserId,
  recipient_keys: Ed25519Key,
  keys: Ed25519Key,
  sender_device_keys: Type.Optional(DeviceKeys),
})
export type OlmPlaintext = Static<typeof OlmPlaintext>
