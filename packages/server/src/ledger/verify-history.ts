// Verifies the commits of a ledger: every object is what its name says, every commit of the server is signed by it, and
// nobody else has changed its files.
import { decodeBase64 } from '@myelin/algorithms/base64'
import { sshFingerprint, sshSigner } from './git/ssh-signature.ts'
import { type ParsedCommit, parseCommit } from './git/commit.ts'
import { type GitObject, GitError, type ObjectType } from './git/object.ts'
import type { Repository } from './git/repository.ts'
import { mode, parseTree } from './git/tree.ts'
import { keysFolder, roomsFolder, serverFile, signersFile } from './layout.ts'
import type { ServerFile } from './front-matter.ts'
import { positionOf } from './message.ts'
import { isOfServer } from './tip.ts'

export interface HistoryReport {
  /** Commits of the server, and of others. */
  commits: number
  others: number
  objects: number
  readonly problems: string[]
}

export interface HistoryToVerify {
  readonly repository: Repository
  /** Newest commits; everything they lead to is verified. */
  readonly heads: readonly string[]
  readonly server: ServerFile
  /** A key that must have signed, as OpenSSH names it; without it those in the ledger count. */
  readonly fingerprint?: string | undefined
}

const ledgerNames = [serverFile, signersFile, keysFolder, roomsFolder]

export function verifyHistory({ repository, heads, server, fingerprint }: HistoryToVerify): HistoryReport {
  const report: HistoryReport = { commits: 0, others: 0, objects: 0, problems: [] }
  const reader = new CheckedReader(repository, report)
  const trusted = trustedKeys(server, fingerprint)
  const waiting = [...heads]
  const seen = new Set(heads)
  for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
    const commit = reader.commit(id)
    if (commit === undefined) continue
    reader.walk(commit.tree, `commit ${id.slice(0, 12)}`)
    if (isOfServer(commit, server.server_name) && positionOf(commit.message) !== undefined) {
      report.commits++
      const problem = signatureProblem(commit, trusted)
      if (problem) report.problems.push(`Commit ${id} ${problem}`)
    } else {
      report.others++
      if (changesLedger(reader, commit))
        report.problems.push(`Commit ${id} by ${commit.committer} changes files of the ledger`)
    }
    for (const parent of commit.parents) {
      if (!seen.has(parent)) waiting.push(parent)
      seen.add(parent)
    }
  }
  return report
}

function trustedKeys(server: ServerFile, fingerprint: string | undefined): Set<string> {
  if (fingerprint !== undefined) return new Set([fingerprint])
  const keys = [...Object.values(server.verify_keys), ...Object.values(server.old_verify_keys ?? {})]
  return new Set(keys.flatMap(({ key }) => fingerprintOf(key) ?? []))
}

/** How OpenSSH names a key that is published as unpadded base64. */
export function fingerprintOf(key: string): string | undefined {
  const bytes = decodeBase64(key)
  return bytes && sshFingerprint(bytes)
}

function signatureProblem({ signature, payload }: ParsedCommit, trusted: ReadonlySet<string>): string | undefined {
  if (signature === undefined) return 'is not signed'
  const signer = sshSigner(payload, signature)
  if (signer === undefined) return 'has a signature that is not valid'
  return trusted.has(sshFingerprint(signer))
    ? undefined
    : `is signed by a key that does not count, ${sshFingerprint(signer)}`
}

/** Whether the commit of somebody else has other files of the ledger than the commit before it. */
function changesLedger(reader: CheckedReader, { tree, parents }: ParsedCommit): boolean {
  const [parent] = parents
  if (parents.length !== 1 || parent === undefined) return false
  const before = reader.commit(parent)
  if (before === undefined || !isLedgerTree(reader, before.tree)) return false
  const ids = (id: string) => new Map(reader.tree(id).map((entry) => [entry.name, entry.id]))
  const [was, is] = [ids(before.tree), ids(tree)]
  return ledgerNames.some((name) => was.get(name) !== is.get(name))
}

const isLedgerTree = (reader: CheckedReader, tree: string): boolean => {
  const names = new Set(reader.tree(tree).map(({ name }) => name))
  return names.has(serverFile) && names.has(signersFile)
}

/** Reads every object once, checked, and notes what is wrong with it and where it is. */
class CheckedReader {
  readonly #repository: Repository
  readonly #report: HistoryReport
  readonly #walked = new Set<string>()
  readonly #commits = new Map<string, ParsedCommit | undefined>()

  constructor(repository: Repository, report: HistoryReport) {
    this.#repository = repository
    this.#report = report
  }

  commit(id: string): ParsedCommit | undefined {
    if (!this.#commits.has(id)) {
      const object = this.#read(id, 'commit', `commit ${id.slice(0, 12)}`)
      this.#commits.set(id, object && parseCommit(object.data))
    }
    return this.#commits.get(id)
  }

  tree(id: string): ReturnType<typeof parseTree> {
    return parseTree(this.#repository.objects.read(id).data)
  }

  /** Everything below a tree. */
  walk(id: string, place: string): void {
    if (this.#walked.has(id)) return
    this.#walked.add(id)
    const object = this.#read(id, 'tree', place)
    if (object === undefined) return
    for (const entry of parseTree(object.data)) {
      const name = `${place.startsWith('commit ') && !place.includes(':') ? `${place}:` : `${place}/`}${entry.name}`
      if (entry.mode === mode.folder) this.walk(entry.id, name)
      else if (!this.#walked.has(entry.id) && entry.mode.startsWith('100')) {
        this.#walked.add(entry.id)
        this.#read(entry.id, 'blob', name)
      }
    }
  }

  #read(id: string, type: ObjectType, place: string): GitObject | undefined {
    this.#report.objects++
    try {
      const object = this.#repository.objects.readChecked(id)
      if (object.type === type) return object
      this.#report.problems.push(`${place}: object ${id} is a ${object.type}, not a ${type}`)
    } catch (error) {
      if (!(error instanceof GitError)) throw error
      this.#report.problems.push(`${place}: ${error.message}`)
    }
    return undefined
  }
}
