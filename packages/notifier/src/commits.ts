// Commits as git tells them.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { NotifierError } from './failure.ts'

export interface Commit {
  /** Full hash. */
  readonly hash: string
  readonly shortHash: string
  readonly author: string
  /** The author's e-mail address: told to nobody, it finds whom to mention. */
  readonly email?: string | undefined
  readonly subject: string
  /** Where the commit can be seen, when the repository's host is known. */
  readonly link: string | undefined
}

export interface CommitSelection {
  /** Folder of the checkout. */
  readonly repository: string
  /** A revision range as git understands it, e.g. `v1..main`; without it the newest commit. */
  readonly range?: string | undefined
  readonly countMax: number
  /** Only commits that touch these paths, as git's pathspecs. */
  readonly paths?: readonly string[] | undefined
  /** Web address of the repository, when its remote does not tell. */
  readonly webUrl?: string | undefined
}

const format = ['%H', '%h', '%an', '%ae', '%s'].join('%x1f')

/** The selected commits, oldest first. Throws `NotifierError` outside a checkout and for an unknown range. */
export async function readCommits({
  repository,
  range,
  countMax,
  webUrl,
  paths = [],
}: CommitSelection): Promise<Commit[]> {
  const countOption = `--max-count=${range === undefined ? 1 : countMax}`
  const log = await git(repository, [
    'log',
    '-z',
    `--format=${format}`,
    countOption,
    '--end-of-options',
    ...(range ?? 'HEAD').split(' '),
    '--',
    ...paths,
  ])
  const web = webUrl ?? (await webUrlOf(repository))
  return log
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => {
      const [hash = '', shortHash = '', author = '', email = '', subject = ''] = entry.split('\x1f')
      return { hash, shortHash, author, email, subject, link: web === undefined ? undefined : `${web}/commit/${hash}` }
    })
    .toReversed()
}

/** The web page of the `origin` remote: `git@host:a/b.git` and `https://host/a/b.git` both give `https://host/a/b`. */
export async function webUrlOf(repository: string): Promise<string | undefined> {
  const remote = await git(repository, ['remote', 'get-url', 'origin']).catch(() => '')
  const match =
    /^(?:https?:\/\/(?:[^@/]+@)?|ssh:\/\/(?:[^@/]+@)?|[^@/\s]+@)([^/:\s]+)(?::\d+)?[/:](.+?)(?:\.git)?\/?$/.exec(
      remote.trim(),
    )
  return match === null ? undefined : `https://${match[1]}/${match[2]}`
}

/** Output of a git command. Throws `NotifierError` of kind `usage` with what git says. */
export async function git(repository: string, parameters: readonly string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('git', ['-C', repository, ...parameters], {
      maxBuffer: 64 * 1024 * 1024,
    })
    return stdout
  } catch (cause) {
    const reason =
      (cause as { stderr?: string }).stderr?.trim() || (cause instanceof Error ? cause.message : String(cause))
    throw new NotifierError('usage', `git ${parameters[0]}: ${reason}`, { cause })
  }
}
