// Where things are in the ledger's tree.
//
//   README.md  server.json  allowed_signers  keys/SERVER.json
//   rooms/ROOM/room.json  state.json  members.json  events/000/42.ndjson  outliers/000/00.ndjson
import { createHash } from 'node:crypto'
import { ledgerRoomsPerFolder, ledgerSegmentsPerFolder } from '../limits.ts'

/** The branch beside the one of the work tree: the same layout, with the contents of events. */
export const contentBranch = 'refs/heads/content'
/** The branch of a repository whose HEAD names none. */
export const detachedBranch = 'refs/heads/matrix'

export const serverFile = 'server.json'
export const signersFile = 'allowed_signers'
export const keysFolder = 'keys'
export const roomsFolder = 'rooms'
/** A folder in which rooms beyond `ledgerRoomsPerFolder` are spread over further ones. */
const moreRooms = 'more'

/** The branch on which ocaml-matrix kept its store, whatever HEAD names, and folders that every store of it has. */
export const seedBranch = 'refs/heads/main'
export const seedMarks = ['events', 'rooms', 'users'] as const
/** Folders that ocaml-matrix kept in its store; they give way to the ledger's. */
export const seedFolders = ['aliases', 'devices', 'events', 'keys', 'rooms', 'tokens', 'users'] as const

const fileNameCharactersMax = 80

const digest = (text: string): string => createHash('sha256').update(text).digest('hex')

/** A name for a file on any system: lower case, and nothing that a shell or git gives a meaning to. */
export function fileNameOf(text: string): string {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]/g, '_')
    .replace(/^[.-]/, '_')
    .replace(/\.$/, '_')
  if (name === text && name.length <= fileNameCharactersMax) return name
  return `${name.slice(0, fileNameCharactersMax)}-${digest(text).slice(0, 8)}`
}

/** The file with the keys of a server. */
export const keysFileOf = (serverName: string): string => `${keysFolder}/${fileNameOf(serverName)}.json`

export interface RoomToPlace {
  readonly roomId: string
  /** `#name:server`, where it may be shown. */
  readonly alias: string | undefined
  /** Names that rooms have already, directly in the folder. */
  readonly taken: ReadonlySet<string>
}

/** The folder of a new room: named as the room is, as long as there are few. */
export function roomFolderOf({ roomId, alias, taken }: RoomToPlace): string {
  const hash = digest(roomId)
  const isFull = taken.size >= ledgerRoomsPerFolder
  const name = alias === undefined ? undefined : aliasName(alias)
  const isFree = name !== undefined && !isFull && name !== moreRooms && !taken.has(name)
  const folder = isFree ? name : `${name ?? 'room'}-${hash.slice(0, 12)}`
  return isFull ? `${roomsFolder}/${moreRooms}/${hash.slice(0, 2)}/${folder}` : `${roomsFolder}/${folder}`
}

function aliasName(alias: string): string | undefined {
  const localpart = alias.slice(1).split(':')[0] ?? ''
  const name = fileNameOf(localpart)
  return /[a-z0-9]/.test(name) ? name : undefined
}

/** The file of a segment of events: `000/42.ndjson`. */
export function segmentFile(segment: number): string {
  const folder = Math.floor(segment / ledgerSegmentsPerFolder)
  return `${String(folder).padStart(3, '0')}/${String(segment % ledgerSegmentsPerFolder).padStart(2, '0')}.ndjson`
}

/** Which of `buckets` a key is in, as hexadecimal digits. */
export const bucketOf = (key: string, digits: number): string => digest(key).slice(0, digits)
