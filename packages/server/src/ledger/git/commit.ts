// Git's commits: a tree, what it follows, who and when, why, and a signature over all of it.
import { GitError } from './object.ts'

export interface Commit {
  readonly tree: string
  readonly parents: readonly string[]
  /** `Name <email>`, author and committer alike. */
  readonly author: string
  /** Seconds since the epoch. */
  readonly timestampS: number
  readonly message: string
}

/** The bytes of a commit, signed by `sign` if that is given. */
export function encodeCommit(commit: Commit, sign?: (payload: Buffer) => string): Buffer {
  const { tree, parents, author, timestampS, message } = commit
  const who = `${author} ${timestampS} +0000`
  const header = [`tree ${tree}`, ...parents.map((id) => `parent ${id}`), `author ${who}`, `committer ${who}`]
  const payload = Buffer.from([...header, '', message].join('\n'))
  if (sign === undefined) return payload
  const signature = `gpgsig ${sign(payload).replaceAll('\n', '\n ')}`
  return Buffer.from([...header, signature, '', message].join('\n'))
}

export interface ParsedCommit {
  readonly tree: string
  readonly parents: readonly string[]
  /** `Name <email>` of the committer. */
  readonly committer: string
  readonly message: string
  readonly signature: string | undefined
  /** What the signature covers. */
  readonly payload: Buffer
}

/** Reads a commit. Throws GitError when it is none. */
export function parseCommit(data: Buffer): ParsedCommit {
  const end = data.indexOf('\n\n')
  if (end < 0) throw new GitError('A commit has no message')
  const headers = data.toString('latin1', 0, end).split(/\n(?! )/)
  const values = (name: string) =>
    headers.flatMap((line) => (line.startsWith(`${name} `) ? [line.slice(name.length + 1)] : []))
  const [tree] = values('tree')
  const [committer] = values('committer')
  if (tree === undefined || committer === undefined) throw new GitError('A commit has no tree or committer')
  const [signature] = values('gpgsig')
  const covered = headers.filter((line) => !line.startsWith('gpgsig '))
  return {
    tree,
    parents: values('parent'),
    committer: Buffer.from(committer, 'latin1')
      .toString('utf8')
      .replace(/ \d+ [+-]\d{4}$/, ''),
    message: data.toString('utf8', end + 2),
    signature: signature?.replaceAll('\n ', '\n'),
    payload: Buffer.concat([Buffer.from(covered.join('\n'), 'latin1'), data.subarray(end)]),
  }
}
