// Branches, tags and commits as webhooks name them.
import type { Commit } from '../commits.ts'
import type { Push } from '../push.ts'
import type { Named, Ref } from '../report.ts'
import { firstLine, idAt, listAt, textAt } from './payload.ts'

/** Most commits that a message about a push lists. */
const commitsListedMax = 10

const zeros = /^0+$/

/** `refs/heads/main` as a branch, `refs/tags/v1` as a tag; nothing for refs of other kinds. */
export function refNamed(ref: string | undefined): Ref | undefined {
  const [, space, name] = /^refs\/(heads|tags)\/(.+)$/s.exec(ref ?? '') ?? []
  return name === undefined ? undefined : { kind: space === 'tags' ? 'tag' : 'branch', name }
}

export const branchNamed = (name: string | undefined): Ref | undefined =>
  name === undefined ? undefined : { kind: 'branch', name }

/** A commit as GitHub, GitLab and Gitea write it: `id`, `message`, `url`, `author`. */
export function commitOf(value: unknown, repository?: Named): Commit | undefined {
  const hash = textAt(value, 'id') ?? textAt(value, 'hash')
  if (hash === undefined) return undefined
  return commit({
    hash,
    message: textAt(value, 'message'),
    author: textAt(value, 'author', 'name') ?? textAt(value, 'author', 'username'),
    email: textAt(value, 'author', 'email'),
    link: textAt(value, 'url') ?? (repository?.url === undefined ? undefined : `${repository.url}/commit/${hash}`),
  })
}

interface CommitParts {
  readonly hash: string
  readonly message: string | undefined
  readonly author: string | undefined
  readonly email?: string | undefined
  readonly link: string | undefined
}

export const commit = ({ hash, message, author, email, link }: CommitParts): Commit => ({
  ...{ hash, email, link },
  shortHash: hash.slice(0, 7),
  subject: firstLine(message),
  author: author ?? '',
})

/** A commit of which only the hash is known. */
export const bareCommit = (hash: string | undefined, repository: Named | undefined): Commit | undefined =>
  hash === undefined
    ? undefined
    : commit({
        hash,
        message: undefined,
        author: undefined,
        link: repository?.url === undefined ? undefined : `${repository.url}/commit/${hash}`,
      })

export interface PushParts {
  readonly repository: Named
  readonly ref: Ref
  readonly before: string
  readonly after: string
  readonly isForced?: boolean
  /** Oldest first. */
  readonly commits: readonly Commit[]
  /** How many there are, if those are not all. */
  readonly count?: number | undefined
  readonly url?: string | undefined
}

/** What a push did; zeros stand for what is not there. */
export function pushOf({ repository, ref, before, after, isForced = false, commits, count, url }: PushParts): Push {
  const kind = zeros.test(after) ? 'deleted' : zeros.test(before) ? 'created' : isForced ? 'forced' : 'pushed'
  const shown = kind === 'deleted' || ref.kind === 'tag' ? [] : commits.slice(-commitsListedMax)
  const space = ref.kind === 'tag' ? 'refs/tags' : 'refs/heads'
  return {
    key: ['push', repository.name, `${space}/${ref.name}`, before, after].join('/'),
    ...{ repository, ref, kind, url },
    commits: shown,
    leftOutCount: shown.length === 0 ? 0 : Math.max(commits.length, count ?? 0) - shown.length,
  }
}

/** A push as GitHub, GitLab and Gitea send it: `ref`, `before`, `after`, `commits`. */
export function pushIn(payload: unknown, parts: Pick<PushParts, 'repository' | 'isForced' | 'url' | 'count'>) {
  const ref = refNamed(textAt(payload, 'ref'))
  const [before, after] = [idAt(payload, 'before'), idAt(payload, 'after')]
  if (ref === undefined || before === undefined || after === undefined) return undefined
  const commits = listAt(payload, 'commits').flatMap((each) => commitOf(each, parts.repository) ?? [])
  return pushOf({ ...parts, ref, before, after, commits })
}
