// The current state of a room as people read it: one file, and where there is much of it, several by the hash of the key,
// so that a change rewrites little.
import type { JsonObject } from '@myelin/algorithms/json'
import { ledgerStateEntriesPerFileMax } from '../limits.ts'
import type { Folder } from './git/tree.ts'
import { bucketOf } from './layout.ts'

export interface StateEntry {
  readonly type: string
  readonly state_key: string
  readonly sender: string
  readonly event_id: string
  readonly content: JsonObject
}

/** A state event that came, or went when `entry` is undefined. */
export interface StateFileChange {
  readonly key: string
  readonly entry: StateEntry | undefined
}

/** `state` for people to read; `members` with a line for each. */
export type StateFileName = 'state' | 'members'

export const stateKeyOf = (type: string, stateKey: string): string => JSON.stringify([type, stateKey])
const keyOf = ({ type, state_key: stateKey }: StateEntry): string => stateKeyOf(type, stateKey)

/** The name of the file an event of that type is in. */
export const stateFileOf = (type: string): StateFileName => (type === 'm.room.member' ? 'members' : 'state')

/** Where the entry of a key is: `PATH.json`, or `PATH/a3.json`. */
const fileOf = (path: string, key: string, digits: number): string =>
  digits === 0 ? `${path}.json` : `${path}/${bucketOf(key, digits)}.json`

/** Applies changes to the files at `path` (`rooms/ci/state`, without an ending). */
export function changeStateFiles(tree: Folder, path: string, changes: readonly StateFileChange[]): void {
  if (changes.length === 0) return
  const digits = digitsOf(tree, path)
  const files = new Map<string, Map<string, StateEntry>>()
  for (const { key, entry } of changes) {
    const file = fileOf(path, key, digits)
    const entries = files.get(file) ?? readEntries(tree, file)
    if (entry) entries.set(key, entry)
    else entries.delete(key)
    files.set(file, entries)
  }
  for (const [file, entries] of files) tree.setText(file, textOf(path, entries))
  if ([...files.values()].some(({ size }) => size > ledgerStateEntriesPerFileMax)) spread(tree, path, digits)
}

/** The entry of a key, undefined when there is none. */
export const stateEntryOf = (tree: Folder, path: string, key: string): StateEntry | undefined =>
  readEntries(tree, fileOf(path, key, digitsOf(tree, path))).get(key)

/** Everything in the files at `path`. */
export function allStateEntries(tree: Folder, path: string): StateEntry[] {
  const digits = digitsOf(tree, path)
  const files = digits === 0 ? [`${path}.json`] : (tree.folder(path)?.names() ?? []).map((name) => `${path}/${name}`)
  return files.flatMap((file) => Array.from(readEntries(tree, file).values()))
}

/** Divides every file into sixteen. */
function spread(tree: Folder, path: string, digits: number): void {
  const files = new Map<string, Map<string, StateEntry>>()
  for (const entry of allStateEntries(tree, path)) {
    const file = fileOf(path, keyOf(entry), digits + 1)
    const entries = files.get(file) ?? new Map<string, StateEntry>()
    files.set(file, entries.set(keyOf(entry), entry))
  }
  tree.remove(digits === 0 ? `${path}.json` : path)
  for (const [file, entries] of files) tree.setText(file, textOf(path, entries))
}

/** How many digits of the hash name the files. */
function digitsOf(tree: Folder, path: string): number {
  const [name] = tree.folder(path)?.names() ?? []
  return name === undefined ? 0 : name.length - '.json'.length
}

function readEntries(tree: Folder, file: string): Map<string, StateEntry> {
  const entries = JSON.parse(tree.text(file) ?? '[]') as StateEntry[]
  return new Map(entries.map((entry) => [keyOf(entry), entry]))
}

function textOf(path: string, entries: ReadonlyMap<string, StateEntry>): string {
  const isForPeople = path.endsWith('state')
  const sorted = [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry)
  return isForPeople
    ? `${JSON.stringify(sorted, undefined, 2)}\n`
    : `[\n${sorted.map((entry) => JSON.stringify(entry)).join(',\n')}\n]\n`
}
