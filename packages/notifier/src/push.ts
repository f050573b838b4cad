// What a push to a repository did, ref by ref, as git's hooks tell it: `old new ref`, with zeros for what is not there.
import { git, readCommits, webUrlOf, type Commit } from './commits.ts'
import { NotifierError } from './failure.ts'
import { oneLine } from './text.ts'
import type { Named, Ref } from './report.ts'

export interface Push {
  /** The same push of the same ref has the same key. */
  readonly key: string
  readonly repository: Named
  readonly ref: Ref
  /** Forced: commits that the ref led to before are no longer among those it leads to. */
  readonly kind: 'pushed' | 'created' | 'deleted' | 'forced'
  /** Oldest first. */
  readonly commits: readonly Commit[]
  /** Commits beyond those. */
  readonly leftOutCount: number
  /** Page that shows all of it. */
  readonly url: string | undefined
}

export interface RefUpdate {
  readonly before: string
  readonly after: string
  readonly ref: string
}

const zeros = /^0+$/

/** Reads the lines of a `post-receive` hook. Throws `NotifierError` of kind `usage` for anything else. */
export const readRefUpdates = (text: string): RefUpdate[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [, before, after, ref] = /^([0-9a-f]{40,64}) ([0-9a-f]{40,64}) (refs\/\S+)$/.exec(line) ?? []
      if (before === undefined || after === undefined || ref === undefined)
        throw new NotifierError('usage', `'${oneLine(line)}' is no line of a post-receive hook`)
      return { before, after, ref }
    })

export interface PushSource {
  readonly repository: string
  readonly name: string
  readonly commitsMax: number
  readonly webUrl?: string | undefined
}

/** What one update of a branch or tag did; undefined for refs of other kinds, such as notes. */
export async function pushOf(update: RefUpdate, source: PushSource): Promise<Push | undefined> {
  const [, space, name] = /^refs\/(heads|tags)\/(.+)$/.exec(update.ref) ?? []
  if (name === undefined) return undefined
  const { repository } = source
  const webUrl = source.webUrl ?? (await webUrlOf(repository))
  const ref: Ref = { kind: space === 'tags' ? 'tag' : 'branch', name }
  const kind = await kindOf(update, repository)
  const commits = ref.kind === 'tag' || kind === 'deleted' ? [] : await newCommits(update, { ...source, webUrl })
  return {
    key: ['push', source.name, update.ref, update.before, update.after].join('/'),
    repository: { name: source.name, url: webUrl },
    ref,
    kind,
    commits: commits.slice(-source.commitsMax),
    leftOutCount: Math.max(0, commits.length - source.commitsMax),
    url: webUrl === undefined || kind === 'deleted' ? undefined : pageOf(webUrl, update, kind),
  }
}

function pageOf(webUrl: string, { before, after }: RefUpdate, kind: Push['kind']): string {
  return kind === 'created' ? `${webUrl}/commit/${after}` : `${webUrl}/compare/${before}...${after}`
}

async function kindOf({ before, after }: RefUpdate, repository: string): Promise<Push['kind']> {
  if (zeros.test(after)) return 'deleted'
  if (zeros.test(before)) return 'created'
  const isAhead = git(repository, ['merge-base', '--is-ancestor', before, after])
  return isAhead.then(
    () => 'pushed',
    () => 'forced',
  )
}

/** Most commits that are counted. */
const countMax = 10_000

/** Commits that the update brought: of a new branch, those that no other branch had. */
async function newCommits({ before, after, ref }: RefUpdate, { repository, webUrl }: PushSource): Promise<Commit[]> {
  if (!zeros.test(before)) return readCommits({ repository, range: `${before}..${after}`, countMax, webUrl })
  const listed = await git(repository, ['for-each-ref', '--format=%(refname) %(objectname)', 'refs/heads'])
  const others = listed
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(`${ref} `))
    .map((line) => `^${line.split(' ')[1]}`)
  return readCommits({ repository, range: [after, ...others].join(' '), countMax, webUrl })
}
