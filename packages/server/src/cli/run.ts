// The `myelin` command: its verbs, each in a file of its own and loaded only when it is called.
import { MatrixError } from '@myelin/protocol/errors'
import { CommanderError } from 'commander'
import { ConfigError } from '../config/load.ts'
import { GitError } from '../ledger/git/object.ts'
import { StoreError } from '../store/store.ts'
import type { CiServerOptions } from './ci-server.ts'
import type { ImportSeedOptions } from './import-seed.ts'
import type { LedgerCommandOptions } from './ledger.ts'
import { configOf, SettingsCommand } from './options.ts'
import { version } from '../version.ts'

/** Runs one command line; resolves with the exit code (a server runs until it is told to stop). */
export async function run(argv: readonly string[]): Promise<number> {
  const program = new SettingsCommand('myelin').description('A Matrix homeserver.').version(version)
  program.exitOverride()
  let exitCode = 0
  const verb =
    <A extends unknown[]>(action: (...parameters: A) => Promise<number>) =>
    async (...parameters: A) => {
      exitCode = await action(...parameters)
    }
  addServe(program, verb)
  addUser(program, verb)
  addRegistrationToken(program, verb)
  addEvent(program, verb)
  addFederation(program, verb)
  addJoin(program, verb)
  addMedia(program, verb)
  addHook(program, verb)
  addKey(program, verb)
  addLedger(program, verb)
  addCiServer(program, verb)
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode
    if (isForOperator(error)) {
      console.error(error.message)
      return 2
    }
    throw error
  }
}

type Verb = <A extends unknown[]>(action: (...parameters: A) => Promise<number>) => (...parameters: A) => Promise<void>
type Options = Readonly<Record<string, unknown>>

/** Mistakes and circumstances that the operator can change: they read as they are, without a stack. */
const isForOperator = (error: unknown): error is Error =>
  error instanceof ConfigError ||
  error instanceof StoreError ||
  error instanceof MatrixError ||
  error instanceof GitError ||
  (error instanceof Error && 'syscall' in error)

function addServe(program: SettingsCommand, verb: Verb): void {
  program
    .command('serve')
    .description('Run the homeserver.')
    .takeSettings()
    .action(verb(async (options: Options) => (await import('./serve.ts')).serve(configOf(options))))
}

function addUser(program: SettingsCommand, verb: Verb): void {
  const user = program.command('user').description('Make and look after accounts.')
  user
    .command('add <NAME>')
    .description('Make an account. Asks for the password unless it is in a file.')
    .takeSettings()
    .option('--password-file <FILE>', 'File whose first line is the password; - reads standard input.')
    .option('--admin', 'The account may administer the server.')
    .action(
      verb(async (name: string, options: Options) =>
        (await import('./user.ts')).addUser(configOf(options), name, options),
      ),
    )
  addUserChanges(user, verb)
}

function addUserChanges(user: SettingsCommand, verb: Verb): void {
  user
    .command('password <NAME>')
    .description('Set the password of an account and end its sessions.')
    .takeSettings()
    .option('--password-file <FILE>', 'File whose first line is the password; - reads standard input.')
    .action(
      verb(async (name: string, options: Options) =>
        (await import('./user.ts')).resetPassword(configOf(options), name, options),
      ),
    )
  user
    .command('deactivate <NAME>')
    .description('Deactivate an account. It cannot be undone.')
    .takeSettings()
    .option('--erase', 'The user asks that newcomers no longer see what they wrote.')
    .action(
      verb(async (name: string, options: Options) =>
        (await import('./user.ts')).deactivateUser(configOf(options), name, options),
      ),
    )
}

function addRegistrationToken(program: SettingsCommand, verb: Verb): void {
  const group = program
    .command('registration-token')
    .description('Tokens for `registration: token`. Needs a running server.')
  group
    .command('add')
    .description('Make a token and print it.')
    .takeSettings()
    .option('--token <TOKEN>', 'The token itself; random unless given.')
    .option('--uses <NUMBER>', 'How many accounts it may make; any number unless given.')
    .option('--days <NUMBER>', 'How long it is good; for ever unless given.')
    .action(
      verb(async (options: Options) =>
        (await import('./registration-token.ts')).addRegistrationToken(configOf(options), options),
      ),
    )
  group
    .command('list')
    .description('Show the tokens and how often they were used.')
    .takeSettings()
    .action(
      verb(async (options: Options) =>
        (await import('./registration-token.ts')).listRegistrationTokens(configOf(options)),
      ),
    )
  group
    .command('delete <TOKEN>')
    .description('Remove a token; accounts made with it stay.')
    .takeSettings()
    .action(
      verb(async (token: string, options: Options) =>
        (await import('./registration-token.ts')).deleteRegistrationToken(configOf(options), token),
      ),
    )
}

function addEvent(program: SettingsCommand, verb: Verb): void {
  const group = program.command('event').description('Events of rooms. Needs a running server.')
  group
    .command('why <EVENT_ID>')
    .description('Tell what became of an event, and by which rule it was refused.')
    .takeSettings()
    .action(
      verb(async (eventId: string, options: Options) =>
        (await import('./event.ts')).explainEvent(configOf(options), eventId),
      ),
    )
}

function addFederation(program: SettingsCommand, verb: Verb): void {
  const group = program.command('federation').description('How it stands with other servers. Needs a running server.')
  group
    .command('list')
    .description('Show the servers that something waits for.')
    .takeSettings()
    .action(verb(async (options: Options) => (await import('./federation.ts')).listDestinations(configOf(options))))
  group
    .command('show <SERVER>')
    .description('Show one, with its last error and its next try.')
    .takeSettings()
    .action(
      verb(async (name: string, options: Options) =>
        (await import('./federation.ts')).showDestination(configOf(options), name),
      ),
    )
  group
    .command('retry <SERVER>')
    .description('Try one again at once, whatever it failed with.')
    .takeSettings()
    .action(
      verb(async (name: string, options: Options) =>
        (await import('./federation.ts')).retryDestination(configOf(options), name),
      ),
    )
}

function addJoin(program: SettingsCommand, verb: Verb): void {
  const join = program
    .command('join')
    .description('Joins of rooms of other servers that are under way. Needs a running server.')
  join
    .command('list')
    .description('Show them and how far they have come.')
    .takeSettings()
    .action(verb(async (options: Options) => (await import('./join.ts')).listJoins(configOf(options))))
  join
    .command('cancel <ROOM>')
    .description('End the joins of a room; whoever waits is told so.')
    .takeSettings()
    .action(
      verb(async (room: string, options: Options) => (await import('./join.ts')).cancelJoin(configOf(options), room)),
    )
}

function addMedia(program: SettingsCommand, verb: Verb): void {
  const media = program.command('media').description('Files of users and of other servers. Needs a running server.')
  media
    .command('delete <URI>')
    .description('Delete what mxc://SERVER/ID stands for.')
    .takeSettings()
    .action(
      verb(async (uri: string, options: Options) => (await import('./media.ts')).deleteMedia(configOf(options), uri)),
    )
  media
    .command('quarantine <URI>')
    .description('Serve a file to nobody any more, however it comes again.')
    .takeSettings()
    .option('--release', 'Serve it again.')
    .action(
      verb(async (uri: string, options: Options) =>
        (await import('./media.ts')).quarantineMedia(configOf(options), uri, options),
      ),
    )
  media
    .command('purge-remote')
    .description('Forget files of other servers; they are fetched when wanted.')
    .takeSettings()
    .option('--days <NUMBER>', 'Those that nobody has asked for in so many days.', '30')
    .action(
      verb(async (options: Options & { days: string }) =>
        (await import('./media.ts')).purgeRemoteMedia(configOf(options), options),
      ),
    )
}

function addKey(program: SettingsCommand, verb: Verb): void {
  const key = program.command('key').description('The signing keys of the server. Run while the server is stopped.')
  const withName = (name: string, text: string) => key.command(name).description(text).takeSettings()
  withName('list', 'Show the active key and the retired ones.').action(
    verb(async (options: Options) => (await import('./key.ts')).listKeys(configOf(options))),
  )
  withName('rotate <NAME>', 'Make a new key ed25519:NAME; the one before it retires.').action(
    verb(async (name: string, options: Options) => (await import('./key.ts')).rotate(configOf(options), name)),
  )
  withName('retire <NAME>', 'Stop signing with ed25519:NAME; without another key a new one is made.').action(
    verb(async (name: string, options: Options) => (await import('./key.ts')).retire(configOf(options), name)),
  )
  withName('import <NAME> <FILE>', 'Take a PKCS#8 PEM key into use as ed25519:NAME; the one before it retires.').action(
    verb(async (name: string, file: string, options: Options) =>
      (await import('./key.ts')).importFrom(configOf(options), { name, file }),
    ),
  )
}

function addHook(program: SettingsCommand, verb: Verb): void {
  const hook = program.command('hook').description('Webhooks: senders outside tell rooms. Needs a running server.')
  withHookOptions(
    hook.command('add <NAME>').description('Make a hook; prints its address and secret.').takeSettings(),
  ).action(
    verb(async (name: string, options: Options) =>
      (await import('./hook.ts')).addHook(configOf(options), name, options),
    ),
  )
  withHookOptions(
    hook.command('change <NAME>').description('Change what a hook tells, and where.').takeSettings(),
  ).action(
    verb(async (name: string, options: Options) =>
      (await import('./hook.ts')).changeHook(configOf(options), name, options),
    ),
  )
  hook
    .command('list')
    .description('Show the hooks.')
    .takeSettings()
    .action(verb(async (options: Options) => (await import('./hook.ts')).listHooks(configOf(options))))
  hook
    .command('mute <NAME> <TIME>')
    .description('Silence a hook for 30m, 2h or 3d, or off.')
    .takeSettings()
    .action(
      verb(async (name: string, time: string, options: Options) =>
        (await import('./hook.ts')).muteHook(configOf(options), name, time),
      ),
    )
  const named = [
    ['show', 'Show a hook and what came to it last.', 'showHook'],
    ['test', 'Have a hook say that it works.', 'testHook'],
    ['delete', 'Remove a hook; what it has said stays.', 'deleteHook'],
  ] as const
  for (const [name, description, action] of named)
    hook
      .command(`${name} <NAME>`)
      .description(description)
      .takeSettings()
      .action(
        verb(async (hookName: string, options: Options) =>
          (await import('./hook.ts'))[action](configOf(options), hookName),
        ),
      )
}

const withHookOptions = (command: SettingsCommand): SettingsCommand =>
  command
    .option('--room <ROOM...>', 'IDs or aliases of the rooms to tell.')
    .option(
      '--topic <TOPIC...>',
      'Only push, pipeline, words, request, review, comment, issue, release, deployment, wiki, alert.',
    )
    .option('--branch <PATTERN...>', 'Only these branches; * and ? stand for any text and any character.')
    .option('--status <STATUS...>', 'Only running, passed, failed, cancelled, skipped.')
    .option('--only-changes', 'Of pipelines only what breaks a branch, leaves it broken or repairs it.')
    .option('--template-file <FILE>', 'A Liquid template in place of the built-in messages.')
    .option('--secret-file <FILE>', 'File whose first line is the secret; random unless given.')
    .option('--unsigned', 'Whoever knows the address may use it, for senders that cannot sign.')

function addLedger(program: SettingsCommand, verb: Verb): void {
  const ledger = program.command('ledger').description('The history of the rooms in git. FOLDER: its repository.')
  const load = () => import('./ledger.ts')
  ledger
    .command('verify [FOLDER]')
    .description('Check commits, objects, hashes, signatures and what events cite; needs nothing but the folder.')
    .option('--branch <NAME>', 'The branch that never changes; the one of HEAD unless given.')
    .option('--room <NAME>', 'Only the events of this room: its folder or its ID.')
    .option('--key <SHA256:…>', 'The key that must have signed the commits, as OpenSSH names it.')
    .option('--json', 'Print the report as JSON.')
    .action(verb(async (folder = '.', options: LedgerCommandOptions) => (await load()).verify(folder, options)))
  ledger
    .command('restore <FOLDER>')
    .description('Make a new data folder with the rooms of a ledger.')
    .requiredOption('--into <DIR>', 'The data folder that is made.')
    .option('--branch <NAME>', 'The branch that never changes; the one of HEAD unless given.')
    .action(
      verb(async (folder: string, options: LedgerCommandOptions & { into: string }) =>
        (await load()).restore(folder, options.into, options),
      ),
    )
  ledger
    .command('push [FOLDER]')
    .description('Push it, fast-forward only. Needs the git program.')
    .option('--remote <NAME|URL>', 'Where to.', 'origin')
    .action(verb(async (folder = '.', options: LedgerCommandOptions) => (await load()).push(folder, options)))
  ledger
    .command('bundle <FOLDER> <FILE>')
    .description('Write all of it into one file that git clone reads. Needs the git program.')
    .action(verb(async (folder: string, file: string) => (await load()).bundle(folder, file)))
  ledger
    .command('status [FOLDER]')
    .description('Tell how far it is.')
    .option('--data <DIR>', 'The data folder of the server; the one inside FOLDER unless given.')
    .action(verb(async (folder = '.', options: LedgerCommandOptions) => (await load()).status(folder, options)))
}

/** The command lines of matrix-ci-server and matrix-ci-server-setup. */
function addCiServer(program: SettingsCommand, verb: Verb): void {
  program
    .command('ci-server <SERVER_NAME> <KEY_NAME,KEY_PATH>')
    .description('Run the locked-down server that a CI announces on. KEY_PATH: an Ed25519 key in PEM.')
    .option('--addr <ADDRESS>', 'Address to listen on.', '0.0.0.0/0')
    .option('--client_port <PORT>', 'Port of the client API, plain HTTP.', '8008')
    .option('--federation_port <PORT>', 'Port of the federation API, TLS.', '8448')
    .option('--store_path <PATH>', 'Git repository that holds the data; made if absent.')
    .option('--no-ledger', 'Make no commits of what happens in the rooms.')
    .option(
      '-v, --verbose',
      'Log what happens, as is the default; twice for everything.',
      (_, before: number) => before + 1,
      0,
    )
    .option('-q, --quiet', 'Log errors only.')
    .option('--verbosity <LEVEL>', 'quiet, error, warning, info or debug.')
    .option('--config <FILE>', 'Settings file; ./myelin.yaml is read when it exists.')
    .action(
      verb(async (serverName: string, key: string, options: CiServerOptions) =>
        (await import('./ci-server.ts')).ciServer(serverName, key, options),
      ),
    )
  program
    .command('import-seed <STORE> <SERVER_NAME> <KEY_NAME,KEY_PATH>')
    .description('Take over the store of ocaml-matrix, as ci-server does at its first start on one.')
    .option('--dry-run', 'Tell what would be taken over and what not; write nothing.')
    .action(
      verb(async (store: string, serverName: string, key: string, options: ImportSeedOptions) =>
        (await import('./import-seed.ts')).importSeedStore(store, { serverName, key }, options),
      ),
    )
  program
    .command('ci-server-setup')
    .description('Fill the store of a ci-server.')
    .command('user <STORE> <USER> <PASSWORD>')
    .description('Make an account: USER is @name:SERVER_NAME, PASSWORD is - to read it from standard input.')
    .option('-v, --verbose', 'Accepted; changes nothing.')
    .action(
      verb(async (store: string, user: string, password: string) =>
        (await import('./ci-server-setup.ts')).setUpUser(store, { user, password }),
      ),
    )
}
