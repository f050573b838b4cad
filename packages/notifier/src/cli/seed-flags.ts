// The flags by which ocaml-matrix's client was called, so that its users keep their scripts: `--matrix-host …` announces
// the newest commit in all joined rooms, `--remote FILE --room R --message M` says a message.
import { Option, type Command } from 'commander'
import { NotifierError } from '../failure.ts'
import type { CommitFlags } from './commits.ts'
import { textOfFile } from './credentials.ts'
import { wholeNumber, type ConnectionFlags } from './options.ts'
import type { Output } from './output.ts'

export interface SeedFlags {
  readonly matrixHost?: string
  readonly matrixPort?: number
  readonly matrixScheme?: 'http' | 'https'
  readonly matrixUser?: string
  readonly matrixPassfile?: string
  readonly matrixMaxConnections?: number
  readonly remote?: string
  readonly message?: string
}

export const withSeedFlags = (command: Command): Command =>
  command
    .addOption(new Option('--matrix-host <HOST>', 'As --homeserver, without scheme and port.'))
    .addOption(new Option('--matrix-port <PORT>').argParser(wholeNumber).hideHelp())
    .addOption(new Option('--matrix-scheme <SCHEME>').choices(['http', 'https']).hideHelp())
    .addOption(new Option('--matrix-user <USER>').hideHelp())
    .addOption(new Option('--matrix-passfile <FILE>').hideHelp())
    .addOption(new Option('--matrix-max-connections <N>').argParser(wholeNumber).hideHelp())
    .addOption(new Option('--remote <FILE>', 'JSON with user, password and server, for --message.').hideHelp())
    .addOption(new Option('--message <TEXT>').hideHelp())

/** Does what the flags ask: a message, or the newest commits. */
export async function announceAsSeed(flags: CommitFlags & SeedFlags, output: Output): Promise<number> {
  const connection = translated(flags)
  if (flags.remote === undefined)
    return (await import('./commits.ts')).announceCommits({ ...flags, ...connection }, output)
  if (flags.message === undefined) throw new NotifierError('usage', '--remote needs --message')
  const { announceMessage } = await import('./announce-message.ts')
  const message = { ...flags, ...connection, ...remote(flags.remote), format: 'text', msgtype: 'text' } as const
  return announceMessage(flags.message, message, output)
}

function translated(flags: CommitFlags & SeedFlags): Partial<ConnectionFlags> {
  const { matrixHost, matrixPort, matrixScheme = 'https', matrixUser, matrixPassfile, matrixMaxConnections } = flags
  return {
    ...(matrixHost === undefined ? {} : { homeserver: `${matrixScheme}://${matrixHost}:${matrixPort ?? 8448}` }),
    ...(matrixUser === undefined ? {} : { user: matrixUser }),
    ...(matrixPassfile === undefined ? {} : { passwordFile: matrixPassfile }),
    ...(matrixMaxConnections === undefined ? {} : { connections: matrixMaxConnections }),
  }
}

/** The account in a file `{"user": …, "password": …, "server": …}`. */
function remote(file: string): Partial<ConnectionFlags> {
  const { user, password, server } = fieldsIn(file)
  if (typeof user !== 'string' || typeof password !== 'string' || typeof server !== 'string')
    throw new NotifierError('config', `${file} must hold user, password and server`)
  process.env['MYELIN_NOTIFY_PASSWORD'] = password
  return { homeserver: server, user }
}

function fieldsIn(file: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(textOfFile(file, 'config'))
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch (cause) {
    if (cause instanceof NotifierError) throw cause
    throw new NotifierError('config', `${file} is not JSON`, { cause })
  }
}
