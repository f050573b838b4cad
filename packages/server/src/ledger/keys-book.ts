// The keys with which events are signed, so that the ledger can be verified without asking anybody.
import { objectMember } from '@myelin/algorithms/json'
import type { Pdu } from '@myelin/algorithms/event'
import { signingEntities, signingKeyIds } from '@myelin/algorithms/signatures'
import { serverKeys } from '../store/server-keys.ts'
import type { Reader } from '../store/store.ts'
import type { Folder } from './git/tree.ts'
import { keysFileOf } from './layout.ts'

/** Keys by id, as servers publish them. */
export type VerifyKeys = Readonly<Record<string, { readonly key: string }>>

export class KeysBook {
  readonly #read: Reader
  readonly #tree: Folder
  readonly #serverName: string
  readonly #written = new Set<string>()

  constructor(read: Reader, tree: Folder, serverName: string) {
    this.#read = read
    this.#tree = tree
    this.#serverName = serverName
  }

  /** Writes the keys of other servers that signed these events, those that are not there yet. */
  async append(pdus: readonly Pdu[]): Promise<void> {
    const wanted = new Map<string, Set<string>>()
    for (const pdu of pdus)
      for (const entity of signingEntities(pdu))
        for (const keyId of signingKeyIds(pdu, entity)) {
          if (entity === this.#serverName || this.#written.has(`${entity} ${keyId}`)) continue
          wanted.set(entity, (wanted.get(entity) ?? new Set()).add(keyId))
        }
    for (const [entity, keyIds] of wanted) await this.#add(entity, keyIds)
  }

  async #add(serverName: string, keyIds: ReadonlySet<string>): Promise<void> {
    const found = (await serverKeys(this.#read, serverName)).filter(({ keyId }) => keyIds.has(keyId))
    if (found.length === 0) return
    const keys = new Map(Object.entries(keysOfServer(this.#tree, serverName)))
    for (const { keyId, publicKey } of found) {
      keys.set(keyId, { key: publicKey })
      this.#written.add(`${serverName} ${keyId}`)
    }
    const sorted = Object.fromEntries([...keys].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    const file = { server_name: serverName, verify_keys: sorted }
    this.#tree.setText(keysFileOf(serverName), `${JSON.stringify(file, undefined, 2)}\n`)
  }
}

/** The keys of another server in the ledger. */
export function keysOfServer(tree: Folder, serverName: string): VerifyKeys {
  const text = tree.text(keysFileOf(serverName))
  return text === undefined ? {} : ((objectMember(JSON.parse(text), 'verify_keys') ?? {}) as VerifyKeys)
}
