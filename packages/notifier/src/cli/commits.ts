// `myelin-notify` with no command, and `myelin-notify commits`: announces commits, each once per room.
import { announce, type Outcome } from '../announce.ts'
import { git, readCommits, type Commit } from '../commits.ts'
import { exitCodeOf, globMatches } from '../each-room.ts'
import { announcement } from '../render.ts'
import { detect } from '../vendor.ts'
import { roomsOf, sessionOf } from './connect.ts'
import type { ConnectionFlags, RoomFlags } from './options.ts'
import type { Output } from './output.ts'

export interface CommitFlags extends ConnectionFlags, RoomFlags {
  readonly repository: string
  readonly range?: string
  readonly count: number
  readonly webUrl?: string
  readonly path?: readonly string[]
  readonly notAuthor?: readonly string[]
}

/** Announces the newest commit, or those of a range. */
export async function announceCommits(flags: CommitFlags, output: Output): Promise<number> {
  const { repository, range, webUrl, path: paths } = flags
  const found = await readCommits({ repository, range, webUrl, paths, countMax: flags.count })
  const commits = found.filter((commit) => !isBy(flags.notAuthor ?? [], commit))
  if (commits.length === 0) return report([], output)
  const outcomes = await sessionOf(flags, output).use(async (homeserver) =>
    announce(homeserver, {
      commits,
      roomIds: await roomsOf(homeserver, flags),
      roomsAtOnceMax: flags.connections,
      isDryRun: flags.dryRun ?? false,
    }),
  )
  return report(outcomes, output)
}

/** Announces what the CI vendor says has been pushed, or the range given, or the newest commit. */
export async function announcePushed(range: string | undefined, flags: CommitFlags, output: Output): Promise<number> {
  const pushed = range ?? (await pushedRange(flags, output))
  return announceCommits(pushed === undefined ? flags : { ...flags, range: pushed }, output)
}

/** What was pushed, unless the checkout is too shallow to have the commit from before. */
async function pushedRange({ repository }: CommitFlags, output: Output): Promise<string | undefined> {
  const { before, commit } = detect(process.env)?.pipeline ?? {}
  if (before === undefined || commit === undefined) return undefined
  try {
    await git(repository, ['cat-file', '-e', `${before}^{commit}`])
    return `${before}..${commit}`
  } catch {
    output.warn(`The checkout does not reach back to ${before}: only the newest commit is announced`)
    return undefined
  }
}

const isBy = (patterns: readonly string[], { author, email = '' }: Commit): boolean =>
  patterns.some((pattern) => globMatches(pattern, author) || globMatches(pattern, email))

/** Says what was done, one line per commit and room, and turns it into the exit code. */
function report(outcomes: readonly Outcome[], output: Output): number {
  if (outcomes.length === 0) output.say('No commits to announce.', { summary: true, rooms: 0 })
  for (const { roomId, commit, result, error, eventId } of outcomes) {
    const [line = ''] = announcement(commit).body.split('\n')
    const problem = error === undefined ? '' : ` (${error.message})`
    const object = { room: roomId, commit: commit.hash, result, event_id: eventId, error: error?.message }
    output.say(`${roomId}  ${result}${problem}  ${line}`, object)
    if (error !== undefined && output.isQuiet) output.warn(`${roomId}: ${error.message}`)
  }
  const exitCode = exitCodeOf(outcomes)
  if (output.isJson && outcomes.length > 0) {
    const rooms = new Set(outcomes.map(({ roomId }) => roomId)).size
    const failed = outcomes.filter(({ result }) => result === 'failed').length
    output.say('', { summary: true, rooms, commits: outcomes.length / rooms, failed, exit_code: exitCode })
  }
  return exitCode
}
