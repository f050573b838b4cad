// `myelin user`: accounts made by the operator, through the running server or, when none runs, in its data folder.
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { ConfigError } from '../config/load.ts'
import type { Config } from '../config/settings.ts'
import { systemEnvironment } from '../environment.ts'
import { callOperatorSocket } from './operator-client.ts'

interface AddUserOptions {
  readonly passwordFile?: string
  readonly admin?: boolean
}

export async function addUser(config: Config, name: string, options: AddUserOptions): Promise<number> {
  const request = {
    localpart: localpartOf(name, config.serverName),
    password: await passwordFrom(options.passwordFile),
    admin: options.admin ?? false,
  }
  const answer =
    (await callOperatorSocket(config.data, { method: 'POST', path: '/_myelin/admin/v1/users', body: request })) ??
    (await offline(config, request))
  console.log(`Made ${answer['user_id']}${request.admin ? ' (admin)' : ''}.`)
  return 0
}

/** Sets the password of an account; the running server ends its sessions. */
export async function resetPassword(config: Config, name: string, options: AddUserOptions): Promise<number> {
  const new_password = await passwordFrom(options.passwordFile)
  await onRunning(config, name, { verb: 'password', body: { new_password } })
  console.log(`The password of ${name} is changed, and its sessions have ended.`)
  return 0
}

/** Deactivates an account of the running server, for good. */
export async function deactivateUser(config: Config, name: string, options: { erase?: boolean }): Promise<number> {
  await onRunning(config, name, { verb: 'deactivate', body: { erase: options.erase ?? false } })
  console.log(`${name} is deactivated.`)
  return 0
}

async function onRunning(config: Config, name: string, { verb, body }: { verb: string; body: unknown }): Promise<void> {
  const userId = `@${localpartOf(name, config.serverName)}:${config.serverName}`
  const path = `/_myelin/admin/v1/users/${encodeURIComponent(userId)}/${verb}`
  if (!(await callOperatorSocket(config.data, { method: 'POST', path, body })))
    throw new ConfigError(`No server runs on ${config.data}. Start it first.`)
}

const localpartOf = (name: string, serverName: string) =>
  name.startsWith('@') && name.endsWith(`:${serverName}`) ? name.slice(1, -serverName.length - 1) : name

async function passwordFrom(file: string | undefined): Promise<string> {
  if (file === '-' || (file === undefined && !process.stdin.isTTY)) return firstLine(await text(process.stdin))
  if (file !== undefined) return firstLine(readFileSync(file, 'utf8'))
  const { password, isCancel } = await import('@clack/prompts')
  const typed = await password({ message: 'Password of the account' })
  if (isCancel(typed) || typed === undefined) throw new ConfigError('No password, no account.')
  return typed
}

function firstLine(content: string): string {
  const [line = ''] = content.split(/\r?\n/)
  if (line === '')
    throw new ConfigError(
      'The password is empty. Give one with --password-file FILE, or run on a terminal to be asked.',
    )
  return line
}

/** No server runs on this data folder: the account is made in it directly. */
async function offline(
  config: Config,
  request: { localpart: string; password: string; admin: boolean },
): Promise<Record<string, unknown>> {
  const { openServices } = await import('../server.ts')
  await using services = await openServices(config, systemEnvironment)
  return { user_id: await services.accounts.createUser(request.localpart, request) }
}
