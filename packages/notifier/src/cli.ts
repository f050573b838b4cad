// The command line of `myelin-notify`.
import { readFileSync } from 'node:fs'
import { Command, CommanderError, Option } from 'commander'
import { announce, type Outcome } from './announce.ts'
import { readCommits } from './commits.ts'
import { exitCodes, NotifierError } from './failure.ts'
import { signIn, type Credentials } from './homeserver.ts'
import { announcement } from './render.ts'

interface Options {
  readonly homeserver: string
  readonly user?: string
  readonly passwordFile?: string
  readonly tokenFile?: string
  readonly room?: readonly string[]
  readonly repository: string
  readonly range?: string
  readonly count: string
  readonly webUrl?: string
  readonly waitMax: string
  readonly dryRun?: boolean
}

const exitCodeHelp = `
Exit codes: 0 announced, or nothing new · ${exitCodes.usage} wrong use · ${exitCodes.server} homeserver unreachable or in error ·
${exitCodes.login} credentials refused · ${exitCodes.partial} some rooms were not told · ${exitCodes.rateLimited} rate-limited for longer than --wait-max

Variables: MYELIN_NOTIFY_HOMESERVER, MYELIN_NOTIFY_USER, MYELIN_NOTIFY_PASSWORD, MYELIN_NOTIFY_TOKEN.
A password or token is never the value of a flag: other users of the machine could read it.`

function command(): Command {
  const collect = (value: string, before: readonly string[] = []) => [...before, value]
  return new Command('myelin-notify')
    .description('Announces the newest commits of a git checkout in Matrix rooms, each once.')
    .addOption(
      new Option('--homeserver <URL>', 'Address of the homeserver.')
        .env('MYELIN_NOTIFY_HOMESERVER')
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--user <NAME>', 'Account to sign in with: a name or a whole user ID.').env('MYELIN_NOTIFY_USER'),
    )
    .option('--password-file <FILE>', 'File whose first line is the password; - reads standard input.')
    .option('--token-file <FILE>', 'File whose first line is an access token, instead of signing in and out.')
    .option(
      '--room <ROOM>',
      'Room ID or alias to tell, instead of every room joined. May be given several times.',
      collect,
    )
    .option('--repository <DIR>', 'Folder of the git checkout.', '.')
    .option('--range <RANGE>', 'Revisions as git names them, e.g. v1.0..main; without it the newest commit.')
    .option('--count <N>', 'The most commits of a range to announce.', '20')
    .option('--web-url <URL>', 'Web page of the repository, when its remote does not tell.')
    .option('--wait-max <SECONDS>', 'Longest wait to accept, each time the homeserver asks for patience.', '120')
    .option('--dry-run', 'Show what would be posted and post nothing.')
    .addHelpText('after', exitCodeHelp)
    .exitOverride()
}

/** Runs one command line; resolves with the exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    const program = command()
    program.parse([...argv], { from: 'user' })
    return await notify(program.opts<Options>())
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage
    if (!(error instanceof NotifierError)) throw error
    console.error(error.message)
    return exitCodes[error.kind]
  }
}

async function notify(options: Options): Promise<number> {
  const { repository, range, webUrl } = options
  const commits = await readCommits({ repository, range, webUrl, countMax: wholeNumber('--count', options.count) })
  if (commits.length === 0) return report([])
  const waitMaxMs = wholeNumber('--wait-max', options.waitMax) * 1000
  await using homeserver = await signIn({ baseUrl: options.homeserver, credentials: credentialsOf(options), waitMaxMs })
  const outcomes = await announce(homeserver, {
    commits,
    rooms: options.room ?? [],
    roomsAtOnceMax: 8,
    isDryRun: options.dryRun ?? false,
  })
  return report(outcomes)
}

function credentialsOf({ user, passwordFile, tokenFile }: Options): Credentials {
  const token = tokenFile === undefined ? process.env['MYELIN_NOTIFY_TOKEN'] : firstLine(tokenFile)
  if (token !== undefined) return { token }
  const password = passwordFile === undefined ? process.env['MYELIN_NOTIFY_PASSWORD'] : firstLine(passwordFile)
  if (user === undefined || password === undefined)
    throw new NotifierError('usage', 'Who is announcing? Give --user with --password-file, or --token-file')
  return { user, password }
}

function firstLine(file: string): string {
  try {
    const [line = ''] = readFileSync(file === '-' ? 0 : file, 'utf8').split(/\r?\n/)
    if (line !== '') return line
  } catch (cause) {
    throw new NotifierError('usage', `Cannot read ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
  }
  throw new NotifierError('usage', `${file} is empty`)
}

function wholeNumber(flag: string, text: string): number {
  if (!/^[0-9]{1,9}$/.test(text)) throw new NotifierError('usage', `${flag} needs a whole number, not '${text}'`)
  return Number(text)
}

/** Prints what was done, one line per commit and room, and turns it into the exit code. */
function report(outcomes: readonly Outcome[]): number {
  if (outcomes.length === 0) console.log('No commits to announce.')
  for (const { roomId, commit, result, error } of outcomes) {
    const [line = ''] = announcement(commit).body.split('\n')
    console.log(`${roomId}  ${result}${error === undefined ? '' : ` (${error.message})`}  ${line}`)
  }
  const failed = outcomes.filter(({ result }) => result === 'failed')
  if (failed.length === 0) return 0
  const first = failed[0]?.error
  if (failed.length < outcomes.length) return exitCodes.partial
  return first instanceof NotifierError ? exitCodes[first.kind] : exitCodes.server
}
