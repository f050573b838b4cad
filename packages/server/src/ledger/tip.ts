// Where a ledger goes on: the newest commit of the server, and what people have put on top of it.
import { ledgerCommitsSearchedMax } from '../limits.ts'
import { authorOf, readmeFile } from './front-matter.ts'
import { type ParsedCommit, parseCommit } from './git/commit.ts'
import { GitError } from './git/object.ts'
import type { Repository } from './git/repository.ts'
import { Folder } from './git/tree.ts'
import {
  detachedBranch,
  keysFolder,
  roomsFolder,
  seedBranch,
  seedFolders,
  seedMarks,
  serverFile,
  signersFile,
} from './layout.ts'
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
  if (isSeedTree(tree)) for (const name of seedFolders) tree.remove(name)
}

/** Whether a tree is that of a store of ocaml-matrix. */
export const isSeedTree = (tree: Folder): boolean =>
  seedMarks.every((name) => tree.folder(name)) && tree.text(serverFile) === undefined

/** The branch of a ledger: the one of HEAD, or the one with the store of ocaml-matrix that the ledger goes on from. */
export function ledgerBranch(repository: Repository): string {
  const { refs } = repository
  const head = refs.head() ?? detachedBranch
  const seed = refs.read(seedBranch)
  if (head === seedBranch || seed === undefined) return head
  return isOnSeed(repository, seed) ? seedBranch : head
}

/** Whether a commit is of such a store, or of a ledger that has gone on from one. */
function isOnSeed(repository: Repository, start: string): boolean {
  const { objects } = repository
  let id: string | undefined = start
  for (let steps = 0; id !== undefined && steps < ledgerCommitsSearchedMax; steps++) {
    const { tree, parents }: ParsedCommit = commitAt(repository, id)
    const folder = new Folder(objects, tree)
    if (isSeedTree(folder)) return true
    if (folder.text(serverFile) === undefined) return false
    id = parents[0]
  }
  return false
}
