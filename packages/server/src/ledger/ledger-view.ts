// A ledger as it is read back: the trees of its branches, the keys in it, and the events of its rooms.
import { decodeBase64 } from '@myelin/algorithms/base64'
import { objectMember, stringMember, type JsonObject } from '@myelin/algorithms/json'
import { type EventLine, parseEventLine } from './event-line.ts'
import { readServerFile, type ServerFile } from './front-matter.ts'
import { GitError } from './git/object.ts'
import type { Repository } from './git/repository.ts'
import { Folder } from './git/tree.ts'
import { keysOfServer } from './keys-book.ts'
import { contentBranch, segmentFile } from './layout.ts'
import { linesOf, segmentCount } from './segments.ts'
import { commitAt, ledgerBranch } from './tip.ts'

export interface LedgerView {
  readonly branch: string
  /** The newest commit of the branch. */
  readonly head: string
  readonly main: Folder
  /** The branch with contents, where there is one. */
  readonly content: Folder | undefined
  readonly server: ServerFile
}

/** Opens the ledger on a branch, the one of HEAD unless told. Throws GitError when there is none. */
export function viewLedger(repository: Repository, wanted?: string): LedgerView {
  const { refs, objects } = repository
  const branch = wanted === undefined ? ledgerBranch(repository) : fullName(wanted)
  const head = refs.read(branch)
  if (head === undefined) throw new GitError(`There is no branch ${branch}`)
  const treeAt = (commit: string) => new Folder(objects, commitAt(repository, commit).tree)
  const main = treeAt(head)
  const server = readServerFile(main)
  if (server === undefined) throw new GitError(`${branch} is not a ledger: there is no server.json in it`)
  // In a clone the second branch is one of the remote's until somebody checks it out.
  const content = refs.read(contentBranch) ?? refs.read('refs/remotes/origin/content')
  return { branch, head, main, content: content === undefined ? undefined : treeAt(content), server }
}

const fullName = (branch: string): string => (branch.startsWith('refs/') ? branch : `refs/heads/${branch}`)

/** An event in a ledger. */
export interface LedgerEvent extends EventLine {
  /** With its content, where the second branch has it. */
  readonly full: JsonObject | undefined
  /** `rooms/ci/events/000/42.ndjson:7` */
  readonly place: string
}

/** The events of a room in order. `problem` is told of lines that are none. */
export function* ledgerEvents(
  { main, content }: LedgerView,
  folder: string,
  problem: (text: string) => void,
): Generator<LedgerEvent> {
  for (let segment = 0; segment < segmentCount(main, folder); segment++) {
    const file = `${folder}/${segmentFile(segment)}`
    const full = content ? linesOf(content, file) : []
    for (const [index, text] of linesOf(main, file).entries()) {
      const place = `${file}:${index + 1}`
      const line = parseEventLine(text)
      const more = full[index] === undefined || full[index] === text ? undefined : parseEventLine(full[index])
      if (line === undefined) problem(`${place} is not an event`)
      else yield { ...line, place, full: more?.event_id === line.event_id ? more.pdu : undefined }
    }
  }
}

/** The raw public key of a server, undefined when the ledger does not have it. */
export function keyInLedger({ main, server }: LedgerView, serverName: string, keyId: string): Uint8Array | undefined {
  const own: JsonObject = { ...server.old_verify_keys, ...server.verify_keys }
  const keys = serverName === server.server_name ? own : (keysOfServer(main, serverName) as JsonObject)
  const text = stringMember(objectMember(keys, keyId) ?? {}, 'key')
  return text === undefined ? undefined : decodeBase64(text)
}
