// Fetches keys over the network: from the server itself, and from notaries that are trusted to vouch for others.
// https://spec.matrix.org/v1.19/server-server-api/#retrieving-server-keys
import { signingKeyIds, verifyJson } from '@myelin/algorithms/signatures'
import { matches } from '@myelin/protocol/schema'
import { ServerKeys } from '@myelin/protocol/server-server/definitions/keys'
import { bulkPerspectivesKeyQuery } from '@myelin/protocol/server-server/keys_query'
import { getServerKey } from '@myelin/protocol/server-server/keys_server'
import { keyDocumentBytesMax, keyFetchTimeoutMs } from '../limits.ts'
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

export interface NotaryQuery {
  readonly notary: string
  readonly serverName: string
  readonly keyId: string
  readonly minimumValidUntilTs: number
  /** The notary's own keys. */
  readonly notaryKey: (keyId: string) => Promise<KnownKey | undefined>
}

/** Keys of a server as a notary knows them: the documents that both signed. Throws FederationError. */
export async function fetchFromNotary(peers: PeerClient, query: NotaryQuery): Promise<KeyDocument[]> {
  const { notary, serverName, keyId, minimumValidUntilTs } = query
  const wanted = { [serverName]: { [keyId]: { minimum_valid_until_ts: minimumValidUntilTs } } }
  const answer = await peers.call(notary, bulkPerspectivesKeyQuery, { body: { server_keys: wanted } }, options)
  const documents: KeyDocument[] = []
  for (const document of answer.server_keys ?? []) {
    const read = matches(ServerKeys, document) ? readKeyDocument(document, serverName) : ''
    if (typeof read !== 'string' && (await isNotarized(read, query))) documents.push(read)
  }
  return documents.toSorted((a, b) => a.validUntilTs - b.validUntilTs)
}

async function isNotarized({ document }: KeyDocument, { notary, notaryKey }: NotaryQuery): Promise<boolean> {
  for (const keyId of signingKeyIds(document, notary)) {
    const key = await notaryKey(keyId)
    if (key !== undefined && verifyJson(document, notary, keyId, key.publicKey)) return true
  }
  return false
}
