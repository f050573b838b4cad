// Webhooks of Bitbucket Cloud and Bitbucket Data Center.
// https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/
import { statusNamed, type Named, type Report } from '../report.ts'
import type { Notice, Story } from '../story.ts'
import { own } from './forge-event.ts'
import { at, idAt, isTrueAt, listAt, textAt } from './payload.ts'
import { branchNamed, commit, pushOf, refNamed } from './refs.ts'
import { hasHexHmac } from './signatures.ts'
import type { HookVendor } from './vendor-hook.ts'

export const bitbucket: HookVendor = {
  name: 'Bitbucket',
  is: (headers) => headers['x-event-key'] !== undefined,
  proves: (delivery, secret) => hasHexHmac(delivery, 'x-hub-signature', { secret, prefix: 'sha256=' }),
  signsBodyAlone: true,
  deliveryId: (headers) => headers['x-request-uuid'] ?? headers['x-request-id'],
  read: (payload, headers) => own(events, headers['x-event-key'])?.(payload) ?? [],
}

type Read = (payload: unknown) => readonly Story[]

/** Cloud says `full_name`; Data Center says project and slug. */
function repositoryOf(payload: unknown): Named | undefined {
  const repository = at(payload, 'repository') ?? at(payload, 'pullRequest', 'toRef', 'repository')
  const [project, slug] = [textAt(repository, 'project', 'key'), textAt(repository, 'slug')]
  const name = textAt(repository, 'full_name') ?? (project === undefined ? slug : `${project}/${slug}`)
  const [self] = listAt(repository, 'links', 'self')
  return name === undefined ? undefined : { name, url: pageOf(repository) ?? textAt(self, 'href') }
}

const pageOf = (value: unknown) => textAt(value, 'links', 'html', 'href')

const cloudPush: Read = (payload) => {
  const repository = repositoryOf(payload)
  if (repository === undefined) return []
  return listAt(payload, 'push', 'changes').flatMap((change): Story[] => {
    const [newer, older] = [at(change, 'new'), at(change, 'old')]
    const name = textAt(newer, 'name') ?? textAt(older, 'name')
    if (name === undefined) return []
    const kind = (textAt(newer, 'type') ?? textAt(older, 'type')) === 'tag' ? 'tag' : 'branch'
    const push = pushOf({
      repository,
      ref: { kind, name },
      before: textAt(older, 'target', 'hash') ?? '0',
      after: textAt(newer, 'target', 'hash') ?? '0',
      isForced: isTrueAt(change, 'forced'),
      commits: listAt(change, 'commits')
        .flatMap((each) => cloudCommit(each) ?? [])
        .toReversed(),
      url: pageOf(change),
    })
    return [{ kind: 'push', push }]
  })
}

function cloudCommit(value: unknown) {
  const hash = textAt(value, 'hash')
  if (hash === undefined) return undefined
  const [name, email] = nameAndAddress(textAt(value, 'author', 'raw') ?? '')
  const author = textAt(value, 'author', 'user', 'display_name') ?? name
  return commit({ hash, message: textAt(value, 'message'), author, email, link: pageOf(value) })
}

/** `Ada <ada@example.org>` */
function nameAndAddress(raw: string): readonly [string | undefined, string | undefined] {
  const start = raw.indexOf('<')
  if (start === -1 || !raw.endsWith('>')) return [undefined, undefined]
  return [raw.slice(0, start).trimEnd(), raw.slice(start + 1, -1)]
}

const dataCenterPush: Read = (payload) => {
  const repository = repositoryOf(payload)
  if (repository === undefined) return []
  return listAt(payload, 'changes').flatMap((change): Story[] => {
    const ref = refNamed(textAt(change, 'ref', 'id'))
    if (ref === undefined) return []
    const commits = listAt(payload, 'commits')
      .flatMap((each) => dataCenterCommit(each) ?? [])
      .toReversed()
    const [before, after] = [textAt(change, 'fromHash') ?? '0', textAt(change, 'toHash') ?? '0']
    return [{ kind: 'push', push: pushOf({ repository, ref, before, after, commits }) }]
  })
}

function dataCenterCommit(value: unknown) {
  const hash = textAt(value, 'id')
  if (hash === undefined) return undefined
  const [author, email] = [textAt(value, 'author', 'name'), textAt(value, 'author', 'emailAddress')]
  return commit({ hash, message: textAt(value, 'message'), author, email, link: undefined })
}

/** A build of any CI system, told through Bitbucket. */
const commitStatus: Read = (payload) => {
  const build = at(payload, 'commit_status')
  const repository = repositoryOf(payload)
  const [key, hash] = [textAt(build, 'key'), textAt(build, 'commit', 'hash')]
  if (key === undefined || hash === undefined) return []
  const report: Report = {
    key: ['Bitbucket', repository?.name ?? '', hash, key].join('/'),
    vendor: 'Bitbucket',
    repository,
    ref: branchNamed(textAt(build, 'refname')),
    commit: commit({ hash, message: textAt(build, 'commit', 'message'), author: undefined, link: undefined }),
    pipeline: { name: textAt(build, 'name') ?? key, url: textAt(build, 'url') },
    status: own(buildStates, textAt(build, 'state')) ?? statusNamed(textAt(build, 'state') ?? '') ?? 'running',
    jobs: [],
  }
  return [{ kind: 'pipeline', report }]
}

const buildStates = { SUCCESSFUL: 'passed', FAILED: 'failed', INPROGRESS: 'running', STOPPED: 'cancelled' } as const

const notices = (payload: unknown, parts: Omit<Notice, 'actor' | 'repository'>): readonly Story[] => [
  { kind: 'notice', notice: { ...parts, repository: repositoryOf(payload), actor: actorOf(payload) } },
]

const actorOf = (payload: unknown) =>
  textAt(payload, 'actor', 'display_name') ?? textAt(payload, 'actor', 'displayName')

/** `#12 Title` with its page, of Cloud (`pullrequest`, `issue`) and Data Center (`pullRequest`). */
function thing(payload: unknown, member: string): Named {
  const value = at(payload, member)
  const [self] = listAt(value, 'links', 'self')
  return {
    name: `#${idAt(value, 'id') ?? '?'} ${textAt(value, 'title') ?? ''}`.trim(),
    url: pageOf(value) ?? textAt(self, 'href'),
  }
}

const about =
  (member: string, kind: Notice['kind'], doing: string): Read =>
  (payload) => {
    const text =
      kind === 'comment'
        ? (textAt(payload, 'comment', 'content', 'raw') ?? textAt(payload, 'comment', 'text'))
        : undefined
    return notices(payload, { kind, subject: thing(payload, member), doing, text })
  }

const events: Readonly<Record<string, Read>> = {
  'repo:push': cloudPush,
  'repo:refs_changed': dataCenterPush,
  'repo:commit_status_created': commitStatus,
  'repo:commit_status_updated': commitStatus,
  'pullrequest:created': about('pullrequest', 'request', 'was opened'),
  'pullrequest:fulfilled': about('pullrequest', 'request', 'was merged'),
  'pullrequest:rejected': about('pullrequest', 'request', 'was declined'),
  'pullrequest:approved': about('pullrequest', 'review', 'was approved'),
  'pullrequest:changes_request_created': about('pullrequest', 'review', 'needs changes'),
  'pullrequest:comment_created': about('pullrequest', 'comment', 'was commented on'),
  'issue:created': about('issue', 'issue', 'was opened'),
  'issue:comment_created': about('issue', 'comment', 'was commented on'),
  'pr:opened': about('pullRequest', 'request', 'was opened'),
  'pr:merged': about('pullRequest', 'request', 'was merged'),
  'pr:declined': about('pullRequest', 'request', 'was declined'),
  'pr:reviewer:approved': about('pullRequest', 'review', 'was approved'),
  'pr:reviewer:needs_work': about('pullRequest', 'review', 'needs changes'),
  'pr:comment:added': about('pullRequest', 'comment', 'was commented on'),
  'diagnostics:ping': (payload) => notices(payload, { kind: 'hook', subject: { name: 'This hook' }, doing: 'works' }),
}
