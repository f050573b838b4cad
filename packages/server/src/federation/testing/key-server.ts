// Answers of a server that publishes its keys, rightly or not.
import { encodeBase64 } from '@myelin/algorithms/base64'
import { signJson, type SigningKey } from '@myelin/algorithms/signatures'

export interface Published {
  readonly serverName: string
  readonly key: SigningKey
  readonly validUntilTs: number
  readonly old?: Readonly<Record<string, { readonly key: string; readonly expired_ts: number }>>
}

/** The signed key document of a server. */
export const keyDocumentOf = ({ serverName, key, validUntilTs, old = {} }: Published) =>
  signJson(
    {
      server_name: serverName,
      verify_keys: { [key.keyId]: { key: encodeBase64(key.publicKey) } },
      old_verify_keys: old,
      valid_until_ts: validUntilTs,
    },
    serverName,
    key,
  )
