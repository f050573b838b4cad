// `myelin ledger`: verify, restore from, push and bundle the history of the rooms in git, and see how far it is.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gitFolderOf } from '../config/git-store.ts'
import { systemEnvironment } from '../environment.ts'
import { type GitOutcome, runGit, troubleOf } from '../ledger/git/git-binary.ts'
import { GitError } from '../ledger/git/object.ts'
import { openRepository } from '../ledger/git/repository.ts'
import { contentBranch } from '../ledger/layout.ts'
import { viewLedger } from '../ledger/ledger-view.ts'
import { pushLedger, troubleOfPush } from '../ledger/push.ts'
import { restoreLedger } from '../ledger/restore.ts'
import { commitAt, ledgerBranch } from '../ledger/tip.ts'
import { positionOf } from '../ledger/message.ts'
import { verifyLedger, type VerifyReport } from '../ledger/verify.ts'
import { callOperatorSocket } from './operator-client.ts'

export interface LedgerCommandOptions {
  readonly branch?: string
  readonly room?: string
  readonly key?: string
  readonly json?: boolean
  readonly remote?: string
  readonly data?: string
}

/** 1 when something is wrong with it. */
export async function verify(folder: string, { json, ...options }: LedgerCommandOptions): Promise<number> {
  const report = verifyLedger({ folder, ...options })
  if (json) console.log(JSON.stringify(report))
  else printReport(report)
  return report.problems.length === 0 ? 0 : 1
}

function printReport(report: VerifyReport): void {
  const { serverName, branch, head, keys, problems } = report
  console.log(`Ledger of ${serverName}, ${branch} at ${head}`)
  console.log(`Signed by ${keys.join(', ')}: compare with what you know of the server.`)
  console.log(
    `${report.commits} commits of the server, ${report.others} of others, ${report.objects} objects; ` +
      `${report.rooms} rooms, ${report.events} events, ${report.contents} of them with contents.`,
  )
  if (report.unjudged > 0) console.log(`${report.unjudged} events cannot be judged by what the ledger holds.`)
  for (const problem of problems) console.error(problem)
  console.log(problems.length === 0 ? 'All of it is as the server wrote it.' : `${problems.length} problems.`)
}

/** 1 when a room is not what the ledger shows. */
export async function restore(folder: string, into: string, { branch }: LedgerCommandOptions): Promise<number> {
  const rooms = await restoreLedger({ folder, branch, into, environment: systemEnvironment })
  for (const { path, roomId, events, problems } of rooms) {
    console.log(`${path}  ${roomId}  ${events} events${problems.length === 0 ? '' : ', not as in the ledger:'}`)
    for (const problem of problems) console.error(`  ${problem}`)
  }
  const wrong = rooms.filter(({ problems }) => problems.length > 0).length
  console.log(`${rooms.length - wrong} of ${rooms.length} rooms are in ${into} as the ledger shows them.`)
  console.log('Accounts, passwords and media are not in a ledger: make accounts anew with myelin user add.')
  console.log('To go on with the key the server had: myelin key import NAME FILE --data DIR')
  return wrong === 0 ? 0 : 1
}

/** Pushes both branches, the first one fast-forward only. */
export async function push(folder: string, { remote = 'origin' }: LedgerCommandOptions): Promise<number> {
  using repository = openRepository(folder)
  return told(await pushLedger(repository, ledgerBranch(repository), remote), troubleOfPush)
}

/** Writes both branches into one file, which `git clone` reads. */
export async function bundle(folder: string, file: string): Promise<number> {
  using repository = openRepository(folder)
  const { commonFolder, refs } = repository
  const content = refs.read(contentBranch) === undefined ? [] : [contentBranch]
  const branches = [ledgerBranch(repository), ...content]
  // HEAD is what a clone checks out.
  return told(await runGit(commonFolder, ['bundle', 'create', resolve(file), 'HEAD', ...branches]), troubleOf)
}

function told(outcome: GitOutcome, troubleIn: (outcome: GitOutcome) => string): number {
  if (outcome.code !== 0) throw new GitError(`git failed: ${troubleIn(outcome)}`)
  if (outcome.stdout !== '') console.log(outcome.stdout.trim())
  return 0
}

/** What the running server says of its ledger, and what the newest commit says where none runs. */
export async function status(folder: string, { data }: LedgerCommandOptions): Promise<number> {
  const place = data ?? join(gitFolderOf(folder) ?? folder, 'matrix')
  const answer = existsSync(place)
    ? await callOperatorSocket(place, { method: 'GET', path: '/_myelin/admin/v1/ledger' })
    : undefined
  if (answer) {
    for (const [name, value] of Object.entries(answer)) console.log(`${name}: ${JSON.stringify(value)}`)
    return 0
  }
  using repository = openRepository(folder)
  const { branch, head, server } = viewLedger(repository)
  console.log(`Ledger of ${server.server_name}, ${branch} at ${head}. No server runs on it.`)
  const position = positionOf(commitAt(repository, head).message)
  if (position !== undefined) console.log(`It goes up to position ${position} of the journal.`)
  return 0
}
