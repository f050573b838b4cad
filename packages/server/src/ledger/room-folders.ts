// Which folder of the ledger is which room's.
import { isObject, stringMember } from '@myelin/algorithms/json'
import type { EventRow } from '../store/events.ts'
import type { RoomRow } from '../store/rooms.ts'
import type { Folder } from './git/tree.ts'
import { roomFolderOf, roomsFolder } from './layout.ts'
import type { Branches } from './segments.ts'

/** What `room.json` says. */
export interface RoomFile {
  readonly room_id: string
  readonly room_version: string
}

export interface Placing {
  /** The first events of the room in the ledger. */
  readonly rows: readonly EventRow[]
  readonly contents: 'all' | 'unencrypted-rooms' | 'none'
}

export class RoomFolders {
  readonly #branches: Branches
  readonly #paths = new Map<string, string>()
  readonly #names = new Map<number, string>()

  constructor(branches: Branches) {
    this.#branches = branches
    for (const { path, file } of roomsIn(branches.main)) this.#paths.set(file.room_id, path)
  }

  /** The folder of a room, given one if it has none. */
  place({ nid, roomId, version }: RoomRow, { rows, contents }: Placing): string {
    const known = this.#paths.get(roomId)
    const path = known ?? this.#add({ room_id: roomId, room_version: version }, aliasIn(rows, contents))
    this.#names.set(nid, path.slice(path.lastIndexOf('/') + 1))
    return path
  }

  /** Whether anything of the room is written. */
  has(roomId: string): boolean {
    return this.#paths.has(roomId)
  }

  nameOf(roomNid: number): string | undefined {
    return this.#names.get(roomNid)
  }

  #add(file: RoomFile, alias: string | undefined): string {
    const taken = new Set(this.#branches.main.folder(roomsFolder)?.names())
    const path = roomFolderOf({ roomId: file.room_id, alias, taken })
    this.#branches.main.setText(`${path}/room.json`, `${JSON.stringify(file, undefined, 2)}\n`)
    this.#paths.set(file.room_id, path)
    return path
  }
}

/** The alias among a room's first events, where contents may be shown. */
function aliasIn(rows: readonly EventRow[], contents: Placing['contents']): string | undefined {
  const isEncrypted = rows.some(({ type }) => type === 'm.room.encryption')
  if (contents === 'none' || (contents === 'unencrypted-rooms' && isEncrypted)) return undefined
  const row = rows.find(({ type, slot }) => type === 'm.room.canonical_alias' && slot !== null)
  const content: unknown = row && (JSON.parse(row.json) as { content?: unknown }).content
  return isObject(content) ? stringMember(content, 'alias') : undefined
}

export interface RoomInTree {
  /** The room's folder. */
  readonly path: string
  readonly file: RoomFile
}

/** Every room of the ledger. */
export function* roomsIn(tree: Folder, path: string = roomsFolder): Generator<RoomInTree> {
  for (const name of tree.folder(path)?.names() ?? []) {
    const folder = `${path}/${name}`
    const text = tree.text(`${folder}/room.json`)
    if (text !== undefined) yield { path: folder, file: JSON.parse(text) as RoomFile }
    else if (tree.folder(folder)) yield* roomsIn(tree, folder)
  }
}
