// What this server says about its own keys: GET /_matrix/key/v2/server.
// https://spec.matrix.org/v1.19/server-server-api/#publishing-keys
import { signJson, type SigningKey } from '@myelin/algorithms/signatures'
import { encodeBase64 } from '@myelin/algorithms/base64'
import type { OldVerifyKeys } from '../config/signing-keys.ts'
import type { Environment } from '../environment.ts'
import { publishedKeysValidMs } from '../federation-limits.ts'

export interface PublishedKeys {
  /** The signed key document, valid for a day from now. */
  document(): Record<string, unknown>
}

export interface PublishedKeysOptions {
  readonly serverName: string
  readonly key: SigningKey
  readonly old: OldVerifyKeys
  readonly environment: Environment
}

export function createPublishedKeys({ serverName, key, old, environment }: PublishedKeysOptions): PublishedKeys {
  return {
    document: () =>
      signJson(
        {
          server_name: serverName,
          verify_keys: { [key.keyId]: { key: encodeBase64(key.publicKey) } },
          old_verify_keys: old,
          valid_until_ts: environment.now() + publishedKeysValidMs,
        },
        serverName,
        key,
      ),
  }
}
