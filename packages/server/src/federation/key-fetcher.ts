// Fetches keys over the network: from the server itself, and from notaries that are trusted to vouch for others.
// https://spec.matrix.org/v1.19/server-server-api/#retrieving-server-keys
import { signingKeyIds, verifyJson } from '@myelin/algorithms/signatures'
import { matches } from '@myelin/protocol/schema'
import { ServerKeys } from '@myelin/protocol/server-server/definitions/keys'
import { bulkPerspectivesKeyQuery } from '@myelin/protocol/server-server/keys_query'
import { getServerKey } from '@myelin/protocol/server-server/keys_server'
import { keyDocumentBytesMax, keyFetchTimeoutMs, notaryAnswerBytesMax } from '../federation-limits.ts'
import { FederationError } from './federation-error.ts'
import { readKeyDocument, type KeyDocument, type KnownKey } from './key-document.ts'
import type { PeerClient } from './peer-client.ts'

// The keyring spares servers that fail by itself; whoever has just called must not wait for the rest of a back-off.
const options = { evenIfFailing: true, timeoutMs: keyFetchTimeoutMs, responseBytesMax: keyDocumentBytesMax }

/** Keys as the server itself publishes them. Throws FederationError. */
export async function fetchKeys(peers: PeerClient, serverName: string): Promise<KeyDocument> {
  const read = readKeyDocument(await peers.call(serverName, getServerKey, {}, options), serverName)
  if (typeof read === 'string')
    throw new FederationError('malformed', serverName, `has keys that do not count: ${read}`)
  return read
}

/** Keys wanted, by server and key ID: until when each must be valid, milliseconds since the epoch. */
export type WantedKeys = ReadonlyMap<string, ReadonlyMap<string, number>>

export interface NotaryQuery {
  readonly peers: PeerClient
  readonly notary: string
  readonly wanted: WantedKeys
  /** The notary's own keys. */
  readonly notaryKey: (keyId: string) => Promise<KnownKey | undefined>
}

/** Keys of servers as a notary knows them: by server the documents that both signed, the oldest first. Throws FederationError. */
export async function fetchFromNotary(query: NotaryQuery): Promise<ReadonlyMap<string, readonly KeyDocument[]>> {
  const { peers, notary, wanted } = query
  const answer = await peers.call(
    notary,
    bulkPerspectivesKeyQuery,
    { body: { server_keys: bodyOf(wanted) } },
    {
      ...options,
      responseBytesMax: notaryAnswerBytesMax,
    },
  )
  const found = new Map<string, KeyDocument[]>()
  for (const document of answer.server_keys ?? []) {
    const serverName = matches(ServerKeys, document) ? document.server_name : ''
    if (!matches(ServerKeys, document) || !wanted.has(serverName)) continue
    const read = readKeyDocument(document, serverName)
    if (typeof read === 'string' || !(await isNotarized(read, query))) continue
    found.set(
      serverName,
      [...(found.get(serverName) ?? []), read].toSorted((a, b) => a.validUntilTs - b.validUntilTs),
    )
  }
  return found
}

const bodyOf = (wanted: WantedKeys) =>
  Object.fromEntries(
    Array.from(wanted, ([serverName, keys]) => [
      serverName,
      Object.fromEntries(Array.from(keys, ([keyId, ts]) => [keyId, { minimum_valid_until_ts: ts }])),
    ]),
  )

async function isNotarized(
  { document }: KeyDocument,
  { notary, notaryKey }: Pick<NotaryQuery, 'notary' | 'notaryKey'>,
): Promise<boolean> {
  for (const keyId of signingKeyIds(document, notary)) {
    const key = await notaryKey(keyId)
    if (key !== undefined && verifyJson(document, notary, keyId, key.publicKey)) return true
  }
  return false
}
