// The store of ocaml-matrix, as Irmin keeps it: every value a file in the tree of the branch `main`.
//
//   users/USER/salt password   aliases/NAME   rooms/ROOM/state/TYPE[/KEY]   events/ID   keys/SERVER/KEY/key valid_until
//   tokens/ and devices/, which are not read: whoever was logged in logs in again
import type { Repository } from './git/repository.ts'
import { Folder } from './git/tree.ts'
import { seedBranch } from './layout.ts'
import { commitAt, isSeedTree } from './tip.ts'

export interface SeedUser {
  readonly userId: string
  /** Raw bytes. */
  readonly salt: Buffer
  /** HMAC-BLAKE2b-512 of the password, keyed by the salt; hexadecimal. */
  readonly password: string
}

export interface SeedKey {
  readonly serverName: string
  readonly keyId: string
  readonly key: string
}

export interface SeedStore {
  /** The newest commit. */
  readonly commit: string
  readonly users: readonly SeedUser[]
  /** Rooms by the name of their alias, without `#` and server. */
  readonly aliases: ReadonlyMap<string, string>
  /** Ids of the current state events of every room, without `$`. */
  readonly rooms: ReadonlyMap<string, readonly string[]>
  /** JSON text of events by id, without `$`. */
  readonly events: ReadonlyMap<string, string>
  readonly keys: readonly SeedKey[]
}

/** Reads such a store, undefined when the repository holds none. */
export function readSeedStore(repository: Repository): SeedStore | undefined {
  const commit = repository.refs.read(seedBranch)
  if (commit === undefined) return undefined
  const tree = new Folder(repository.objects, commitAt(repository, commit).tree)
  if (!isSeedTree(tree)) return undefined
  return {
    commit,
    users: namesIn(tree, 'users').flatMap((userId) => userIn(tree, repository, userId)),
    aliases: textsIn(tree, 'aliases'),
    rooms: new Map(namesIn(tree, 'rooms').map((roomId) => [roomId, valuesBelow(tree, `rooms/${roomId}/state`)])),
    events: textsIn(tree, 'events'),
    keys: namesIn(tree, 'keys').flatMap((serverName) => keysOf(tree, serverName)),
  }
}

const namesIn = (tree: Folder, path: string): string[] => tree.folder(path)?.names() ?? []

const textsIn = (tree: Folder, path: string): Map<string, string> =>
  new Map(namesIn(tree, path).map((name) => [name, tree.text(`${path}/${name}`) ?? '']))

function userIn(tree: Folder, { objects }: Repository, userId: string): SeedUser[] {
  const saltId = tree.fileId(`users/${userId}/salt`)
  const password = tree.text(`users/${userId}/password`)
  if (saltId === undefined || password === undefined) return []
  return [{ userId, salt: objects.read(saltId).data, password }]
}

function keysOf(tree: Folder, serverName: string): SeedKey[] {
  return namesIn(tree, `keys/${serverName}`).flatMap((name) => {
    const key = tree.text(`keys/${serverName}/${name}/key`)
    const keyId = name.startsWith('ed25519:') ? name : `ed25519:${name}`
    return key === undefined ? [] : [{ serverName, keyId, key: key.replace(/=+$/, '') }]
  })
}

/** The texts of all files below a folder. */
function valuesBelow(tree: Folder, path: string): string[] {
  return namesIn(tree, path).flatMap((name) => {
    const text = tree.text(`${path}/${name}`)
    return text === undefined ? valuesBelow(tree, `${path}/${name}`) : [text]
  })
}
