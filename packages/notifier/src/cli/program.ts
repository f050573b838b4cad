// The command line of `myelin-notify`: what there is to say, each command loaded only when it is called.
import { Command, CommanderError, Option } from 'commander'
import { exitCodes, NotifierError } from '../failure.ts'
import type { CommitFlags } from './commits.ts'
import type { MessageCommandFlags } from './announce-message.ts'
import { interruptedExitCode } from './interruption.ts'
import { collect, wholeNumber, withConnection, withMessage, withRooms, type ConnectionFlags } from './options.ts'
import { Output } from './output.ts'
import type { DoctorFlags } from './doctor.ts'
import type { HookFlags } from './hook.ts'
import type { EnsureFlags, MembershipFlags } from './rooms.ts'
import type { RunFlags } from './run-command.ts'
import type { UploadFlags } from './upload.ts'
import { withSeedFlags, type SeedFlags } from './seed-flags.ts'
import type { Phase, StatusFlags } from './status.ts'

const help = `
Exit codes: 0 told, or nothing new · 1 a bug · ${exitCodes.usage} wrong use · ${exitCodes.config} no homeserver, account or secret · ${exitCodes.login} credentials refused ·
${exitCodes.room} no such room, or not allowed there · ${exitCodes.partial} some rooms were not told · ${exitCodes.unreachable} homeserver unreachable or in error ·
${exitCodes.rateLimited} rate-limited for longer than --wait-max · ${exitCodes.encrypted} encrypted room

Variables: MYELIN_NOTIFY_HOMESERVER, _USER, _PASSWORD, _TOKEN, _RECOVERY_KEY, _ROOMS, _CA, _SOFT; HTTPS_PROXY, NO_PROXY.
A password or token is never the value of a flag: other users of the machine could read it.`

/** Something a command does: resolves with the exit code. */
type Action<Flags> = (words: readonly string[], flags: Flags, output: Output) => Promise<number>

/** Runs one command line; resolves with the exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  let exitCode = 0
  let output = new Output({ isJson: false, isQuiet: false })
  const act =
    <Flags extends ConnectionFlags>(action: Action<Flags>) =>
    async (...given: readonly unknown[]) => {
      const command = given.at(-1) as Command
      const flags = flagsOf<Flags>(command)
      output = new Output({ isJson: flags.json ?? false, isQuiet: flags.quiet ?? false })
      exitCode = await softened(flags, action(command.args, flags, output), output)
    }
  try {
    await programOf(act).parseAsync([...argv], { from: 'user' })
    return interruptedExitCode() ?? exitCode
  } catch (error) {
    const code = failed(error, output)
    return interruptedExitCode() ?? code
  }
}

/** The options of a command; those it has in common with the commands above it may stand before its name too. */
function flagsOf<Flags extends object>(command: Command): Flags {
  const flags = command.opts<Flags>()
  const isGiven = (to: Command, name: string) => to.getOptionValueSource(name) === 'cli'
  for (let above = command.parent; above !== null; above = above.parent)
    for (const option of above.options) {
      const name = option.attributeName()
      if (!isGiven(above, name) || isGiven(command, name)) continue
      if (!command.options.some((own) => own.attributeName() === name))
        throw new NotifierError('usage', `${option.long ?? name} is no option of '${command.name()}'`)
      Object.assign(flags, { [name]: above.getOptionValue(name) as unknown })
    }
  return flags
}

type Act = <Flags extends ConnectionFlags>(action: Action<Flags>) => (...given: readonly unknown[]) => Promise<void>

async function softened({ soft }: ConnectionFlags, action: Promise<number>, output: Output): Promise<number> {
  if (soft !== true) return action
  const code = await action.catch((error: unknown) => failed(error, output))
  return code === exitCodes.usage || code === exitCodes.config ? code : 0
}

function failed(error: unknown, output: Output): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage
  if (!(error instanceof NotifierError)) throw error
  output.warn(error.message)
  return exitCodes[error.kind]
}

function programOf(act: Act): Command {
  const program = new Command('myelin-notify')
    .description(
      'Tells Matrix rooms about commits and pipelines. Without a command: announces the newest commit, once.',
    )
    .exitOverride()
    .enablePositionalOptions()
    .addHelpText('after', help)
  withSeedFlags(withCommits(withRooms(withConnection(program))))
    .option('--range <RANGE>', 'Revisions as git names them, e.g. v1.0..main; without it the newest commit.')
    .action(
      act<CommitFlags & SeedFlags>(async (words, flags, output) => {
        if (words.length > 0) throw new NotifierError('usage', `There is no command '${words[0]}': see --help`)
        return (await import('./seed-flags.ts')).announceAsSeed(flags, output)
      }),
    )
  addMessages(program, act)
  addPipelines(program, act)
  addRooms(program, act)
  addAccount(program, act)
  return program
}

const withCommits = (command: Command): Command =>
  command
    .option('--repository <DIR>', 'Folder of the git checkout.', '.')
    .option('--count <N>', 'The most commits of a range to announce.', wholeNumber, 20)
    .option('--web-url <URL>', 'Web page of the repository, when its remote does not tell.')
    .option('--path <PATHSPEC>', 'Only commits that touch these files. Repeatable.', collect)
    .option(
      '--not-author <PATTERN>',
      'No commits of authors whose name or e-mail address matches. Repeatable.',
      collect,
    )

function addMessages(program: Command, act: Act): void {
  withMessage(withRooms(withConnection(program.command('announce [MESSAGE]'))))
    .description('Say one message; without it, or as -, what comes on standard input.')
    .addOption(new Option('--format <FORMAT>', 'How it is written.').choices(['markdown', 'text']).default('markdown'))
    .option('--key <KEY>', 'Say it once: later runs with the key edit the message where its text differs.')
    .action(
      act<MessageCommandFlags>(async ([text], flags, output) =>
        (await import('./announce-message.ts')).announceMessage(text, flags, output),
      ),
    )
  withCommits(withRooms(withConnection(program.command('commits [RANGE]'))))
    .description('Announce commits, each once: RANGE, else what the CI vendor says was pushed, else the newest.')
    .action(
      act<CommitFlags>(async ([range], flags, output) =>
        (await import('./commits.ts')).announcePushed(range, flags, output),
      ),
    )
}

const withPipeline = (command: Command): Command =>
  withMessage(withRooms(withConnection(command)))
    .option('--repository <DIR>', 'Folder of the git checkout.', '.')
    .option('--key <KEY>', 'What tells this pipeline from others; the CI vendor tells otherwise.')
    .option('--name <NAME>', 'Name of the pipeline.')
    .option('--url <URL>', 'Page of the pipeline.')
    .option('--only-changes', 'Say only when a branch breaks, stays broken or is fixed.')
    .option('--thread', 'Jobs in a thread, one message each.')
    .option('--react-jobs', 'Jobs as reactions.')
    .option('--mention-on <STATUS>', 'Mention at this status (failed unless given). Repeatable.', collect)
    .option('--template <FILE>', 'Liquid template of the message.')
    .option('--plain', 'Words instead of emoji.')
    .option('--attach <FILE>', 'File that goes into the thread of the message. Repeatable.', collect)
    .option('--attach-on <STATUS>', 'Attach at this status (failed unless given). Repeatable.', collect)

function addPipelines(program: Command, act: Act): void {
  const status = program.command('status').description('Tell how the pipeline stands, in one message edited in place.')
  const phases: Readonly<Record<Phase, string>> = {
    start: 'The pipeline begins.',
    update: 'A job begins or is over (--job, --status).',
    finish: 'The pipeline is over (--status).',
    auto: 'Whatever the variables of the CI vendor say.',
  }
  for (const [phase, description] of Object.entries(phases) as [Phase, string][])
    withPipeline(status.command(phase).description(description))
      .option('--status <STATUS>', 'running, passed, failed, cancelled or skipped.')
      .option('--job <NAME>', 'The job that this is about.')
      .option('--job-url <URL>', 'Page of the job.')
      .action(act<StatusFlags>(async (_, flags, output) => (await import('./status.ts')).status(phase, flags, output)))
  withPipeline(program.command('run <COMMAND...>'))
    .description('Run a command and tell how it goes; exits with its code.')
    .option('--job <NAME>', 'The job of the pipeline that this is.')
    .option('--lines <N>', 'How many last lines of output to quote when it fails.', wholeNumber, 20)
    .option('--log', 'Attach the whole output when it fails.')
    .passThroughOptions()
    .action(
      act<RunFlags>(async (words, flags, output) =>
        (await import('./run-command.ts')).runCommand(words, flags, output),
      ),
    )
}

const withWishes = (command: Command): Command =>
  withConnection(command)
    .option('--name <NAME>', 'Name of the room.')
    .option('--topic <TOPIC>', 'Topic of the room.')
    .addOption(new Option('--join <RULE>', 'Who may join.').choices(['public', 'invite', 'knock']))
    .addOption(
      new Option('--history <VISIBILITY>', 'Who may read it.').choices([
        'world_readable',
        'shared',
        'invited',
        'joined',
      ]),
    )
    .option('--listed', 'In the public directory.')
    .option('--no-listed', 'Not in the public directory.')
    .option('--encrypted', 'Encrypted; there is no way back.')
    .option('--is-space', 'Made as a space.')
    .option('--space <ROOM>', 'Space that it belongs to.')
    .option('--admin <USER>', 'Has power level 100. Repeatable.', collect)
    .option('--moderator <USER>', 'Has power level 50. Repeatable.', collect)
    .option('--power <NAME=LEVEL>', 'Such as users_default=-1: only moderators speak. Repeatable.', collect)
    .option('--invite <USER>', 'Invited unless ever a member. Repeatable.', collect)
    .option('--dry-run', 'Show what differs and change nothing.')

function addRooms(program: Command, act: Act): void {
  const room = program.command('room').description("The account's rooms.")
  withWishes(
    room.command('ensure <ROOM>').description('Create the room, or change what differs and nothing else.'),
  ).action(
    act<EnsureFlags>(async ([name = ''], flags, output) => (await import('./rooms.ts')).ensure(name, flags, output)),
  )
  withConnection(room.command('list').description('List the rooms joined, and invites.')).action(
    act<ConnectionFlags>(async (_, flags, output) => (await import('./rooms.ts')).list(flags, output)),
  )
  withConnection(room.command('join [ROOMS...]').description('Join rooms.'))
    .option('--invites', 'Join every room that the account is invited to.')
    .action(
      act<MembershipFlags>(async (words, flags, output) => (await import('./rooms.ts')).join(words, flags, output)),
    )
  withConnection(room.command('leave <ROOMS...>').description('Leave rooms.')).action(
    act<ConnectionFlags>(async (words, flags, output) => (await import('./rooms.ts')).leave(words, flags, output)),
  )
  withConnection(room.command('invite <ROOM> <USERS...>').description('Invite people to a room.')).action(
    act<ConnectionFlags>(async (words, flags, output) => (await import('./rooms.ts')).invite(words, flags, output)),
  )
  withConnection(program.command('apply <FILE>').description('Make rooms be as a YAML file describes them.'))
    .option('--dry-run', 'Show what differs and change nothing.')
    .action(
      act<EnsureFlags>(async ([file = ''], flags, output) => (await import('./rooms.ts')).apply(file, flags, output)),
    )
}

const withHook = (command: Command): Command =>
  withCommits(withRooms(withConnection(command)))
    .option('--branch <PATTERN>', 'Only these branches. Repeatable.', collect)
    .option('--commits-max <N>', 'How many commits of a push to list.', wholeNumber, 10)

function addAccount(program: Command, act: Act): void {
  const hook = program.command('hook').description('Hooks of git: post-receive and post-commit.')
  withHook(hook.command('install <HOOK>').description('Write the hook into the repository.'))
    .option('--force', 'Replace a hook that is there.')
    .action(
      act<HookFlags>(async ([name], flags, output) => (await import('./hook.ts')).installHook(name, flags, output)),
    )
  withHook(hook.command('run <HOOK>').description('What the hook calls.')).action(
    act<HookFlags>(async ([name], flags, output) => (await import('./hook.ts')).runHook(name, flags, output)),
  )
  withRooms(withConnection(program.command('upload <FILES...>').description('Post files.')))
    .option('--size-max <MIB>', 'Largest file.', wholeNumber, 20)
    .action(
      act<UploadFlags>(async (files, flags, output) => (await import('./upload.ts')).upload(files, flags, output)),
    )
  withConnection(program.command('login').description('Sign in and keep the login for later runs.')).action(
    act<ConnectionFlags>(async (_, flags, output) => (await import('./account.ts')).login(flags, output)),
  )
  withConnection(
    program
      .command('encryption')
      .description('Encrypted rooms.')
      .command('setup')
      .description('Make the account one that can speak in encrypted rooms, once; writes its recovery key to a file.'),
  ).action(
    act<ConnectionFlags>(async (_, flags, output) => (await import('./encryption.ts')).setUpEncryption(flags, output)),
  )
  withConnection(program.command('logout').description('End the kept login.')).action(
    act<ConnectionFlags>(async (_, flags, output) => (await import('./account.ts')).logout(flags, output)),
  )
  withConnection(program.command('whoami').description('Tell whose account it is.')).action(
    act<ConnectionFlags>(async (_, flags, output) => (await import('./account.ts')).whoami(flags, output)),
  )
  withRooms(withConnection(program.command('doctor').description('Check everything a run needs.')))
    .option('--repository <DIR>', 'Folder of the git checkout.', '.')
    .action(act<DoctorFlags>(async (_, flags, output) => (await import('./doctor.ts')).doctor(flags, output)))
}
