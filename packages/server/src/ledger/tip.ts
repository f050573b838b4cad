// Where a ledger goes on: the newest commit of the server, and what people have put on top of it.
import { ledgerCommitsSearchedMax } from '../limits.ts'
import { authorOf, readmeFile } from './front-matter.ts'
import { type ParsedCommit, parseCommit } from './git/commit.ts'
import { GitError } from './git/object.ts'
import type { Repository } from './git/repository.ts'
import { Folder } from './git/tree.ts'
import { keysFolder, roomsFolder, seedFolders, serverFile, signersFile } from './layout.ts'
import { positionOf } from './message.ts'

export interface Tip {
  /** The commit that the next one follows, undefined in an empty repository. */
  readonly head: string | undefined
  /** The newest commit of the server, undefined when there is none. */
  readonly commit: string | undefined
  /** Up to where in the journal that one goes. */
  readonly position: number
  /** The files of `head`, those of the ledger as the server wrote them. */
  readonly tree: Folder
}

/** The files and folders of the ledger at the top of the tree. */
const ledgerNames = [serverFile, signersFile, keysFolder, roomsFolder] as const

export function findTip(repository: Repository, branch: string, serverName: string): Tip {
  const { objects, refs } = repository
  const head = refs.read(branch)
  if (head === undefined) return { head, commit: undefined, position: 0, tree: new Folder(objects) }
  const found = newestOf(repository, head, serverName)
  const tree = new Folder(objects, commitAt(repository, head).tree)
  if (found === undefined) clearSeed(tree)
  else if (found.id !== head) restore(tree, new Folder(objects, found.commit.tree))
  return { head, commit: found?.id, position: found?.position ?? 0, tree }
}

interface Found {
  readonly id: string
  readonly commit: ParsedCommit
  readonly position: number
}

/** The newest commit of the server in the history of `head`: people may have merged and committed since. */
function newestOf(repository: Repository, head: string, serverName: string): Found | undefined {
  const waiting = [head]
  const seen = new Set(waiting)
  for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
    const commit = commitAt(repository, id)
    const position = isOfServer(commit, serverName) ? positionOf(commit.message) : undefined
    if (position !== undefined) return { id, commit, position }
    if (seen.size > ledgerCommitsSearchedMax) return undefined
    for (const parent of commit.parents) if (!seen.has(parent)) waiting.push(parent)
    for (const parent of commit.parents) seen.add(parent)
  }
  return undefined
}

export const isOfServer = ({ committer }: ParsedCommit, serverName: string): boolean =>
  committer === authorOf(serverName)

export function commitAt({ objects }: Repository, id: string): ParsedCommit {
  const { type, data } = objects.read(id)
  if (type !== 'commit') throw new GitError(`Object ${id} is not a commit`)
  return parseCommit(data)
}

/** Puts the ledger's own files back as the server wrote them. */
function restore(tree: Folder, written: Folder): void {
  for (const name of [...ledgerNames, readmeFile(written)]) tree.take(name, written)
}

/** What ocaml-matrix kept stays in its commits; its folders give way to the ledger's. */
function clearSeed(tree: Folder): void {
  const isSeed = ['events', 'rooms', 'users'].every((name) => tree.folder(name)) && !tree.text(serverFile)
  if (isSeed) for (const name of seedFolders) tree.remove(name)
}
