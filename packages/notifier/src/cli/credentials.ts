// Where the account comes from: files, variables, or what `login` has kept. Never a flag's value.
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { NotifierError } from '../failure.ts'
import type { Credentials } from '../session.ts'
import type { ConnectionFlags } from './options.ts'

/** A login as `myelin-notify login` keeps it. */
export interface KeptLogin {
  readonly homeserver: string
  readonly userId: string
  readonly token: string
}

export interface Account {
  readonly homeserver: string
  readonly credentials: Credentials
}

/** The account to use. Throws `NotifierError` of kind `config` when something is missing or unreadable. */
export function accountOf(flags: ConnectionFlags): Account {
  const homeserver = flags.homeserver ?? process.env['MATRIX_HOMESERVER']
  const credentials = givenCredentials(flags)
  if (credentials !== undefined) return { homeserver: named(homeserver), credentials }
  const kept = keptLogin()
  if (kept === undefined)
    throw new NotifierError(
      'config',
      'Which account? Give --user with --password-file, or --token-file, or sign in once with `myelin-notify login`',
    )
  if (homeserver !== undefined && homeserver !== kept.homeserver)
    throw new NotifierError('config', `The kept login is for ${kept.homeserver}: it is not sent to ${homeserver}`)
  return { homeserver: kept.homeserver, credentials: { token: kept.token } }
}

function named(homeserver: string | undefined): string {
  if (homeserver !== undefined && homeserver !== '') return homeserver
  throw new NotifierError('config', 'Which homeserver? Give --homeserver or set MYELIN_NOTIFY_HOMESERVER')
}

/** What was given for this run, flags before variables. */
function givenCredentials({ user, passwordFile, tokenFile }: ConnectionFlags): Credentials | undefined {
  if (tokenFile !== undefined) return { token: firstLine(tokenFile) }
  if (passwordFile !== undefined) return { user: userNamed(user), password: firstLine(passwordFile) }
  const token = process.env['MYELIN_NOTIFY_TOKEN'] ?? process.env['MATRIX_TOKEN']
  if (token) return { token }
  const password = process.env['MYELIN_NOTIFY_PASSWORD']
  return password ? { user: userNamed(user), password } : undefined
}

function userNamed(user: string | undefined): string {
  if (user !== undefined) return user
  throw new NotifierError('config', 'Whose password is it? Give --user')
}

/** The first line of a file. Throws `NotifierError` of kind `config` when there is none. */
export function firstLine(file: string): string {
  const [line = ''] = textOfFile(file === '-' ? 0 : file, 'config').split(/\r?\n/)
  if (line !== '') return line
  throw new NotifierError('config', `${file} is empty`)
}

/** A whole file, or standard input for 0. Throws `NotifierError` of that kind when it cannot be read. */
export function textOfFile(file: string | 0, kind: 'usage' | 'config' = 'usage'): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new NotifierError(kind, `Cannot read ${file === 0 ? 'standard input' : file}: ${reason}`, { cause })
  }
}

/** The recovery key of the account, from its file or variable, if it is given. */
export function recoveryKeyOf({ recoveryKeyFile }: Pick<ConnectionFlags, 'recoveryKeyFile'>): string | undefined {
  if (recoveryKeyFile !== undefined) return firstLine(recoveryKeyFile)
  return process.env['MYELIN_NOTIFY_RECOVERY_KEY']
}

const keptFile = (): string =>
  process.env['MYELIN_NOTIFY_CREDENTIALS'] ??
  join(process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'myelin-notify', 'credentials.json')

/** What `login` has kept, if anything. */
export function keptLogin(): KeptLogin | undefined {
  try {
    const kept: unknown = JSON.parse(readFileSync(keptFile(), 'utf8'))
    return isKeptLogin(kept) ? kept : undefined
  } catch {
    return undefined
  }
}

const isKeptLogin = (value: unknown): value is KeptLogin =>
  typeof value === 'object' && value !== null && 'homeserver' in value && 'userId' in value && 'token' in value

/** Keeps a login for later runs, readable by its owner alone. Returns the file. */
export function keepLogin(login: KeptLogin): string {
  const file = keptFile()
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(file, `${JSON.stringify(login, null, 2)}\n`, { mode: 0o600 })
  chmodSync(file, 0o600)
  return file
}

export const forgetLogin = (): void => rmSync(keptFile(), { force: true })
