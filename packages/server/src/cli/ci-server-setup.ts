// `myelin ci-server-setup user STORE USER PASSWORD`: accounts of a CI server, with the command line of
// matrix-ci-server-setup.
import { text } from 'node:stream/consumers'
import { MatrixError } from '@myelin/protocol/errors'
import { createUserOffline } from '../accounts/offline.ts'
import { dataOfStore } from '../config/git-store.ts'
import { ConfigError, loadConfig } from '../config/load.ts'
import { systemEnvironment } from '../environment.ts'
import { callOperatorSocket } from './operator-client.ts'

export interface UserToSetUp {
  /** `@user:server`, or the name alone where the store knows its server. */
  readonly user: string
  /** The password, or `-` to read it from standard input. */
  readonly password: string
}

/** Makes the account, through the server that runs on the store if there is one; 1 when the name is taken. */
export async function setUpUser(store: string, { user, password }: UserToSetUp): Promise<number> {
  const data = dataOfStore(store)
  const account = { ...nameOf(user), password: await passwordFrom(password) }
  try {
    console.log(`Made ${(await onRunning(data, account)) ?? (await offline(data, account))}.`)
    return 0
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal === undefined) throw error
    console.error(`${user}: ${refusal.message}`)
    return 1
  }
}

const refusalOf = (error: unknown): MatrixError | undefined =>
  error instanceof MatrixError ? error : error instanceof ConfigError ? refusalOf(error.cause) : undefined

interface Account {
  readonly localpart: string
  readonly serverName: string | undefined
  readonly password: string
}

function nameOf(user: string): { localpart: string; serverName: string | undefined } {
  const [, localpart = '', serverName] = /^@?([^:]+)(?::(.+))?$/.exec(user) ?? []
  return { localpart, serverName }
}

async function passwordFrom(given: string): Promise<string> {
  if (given !== '-') {
    console.error('Others on this machine can read a password on the command line; - reads it from standard input.')
    return given
  }
  const [line = ''] = (await text(process.stdin)).split(/\r?\n/)
  if (line === '') throw new ConfigError('The password is empty.')
  return line
}

/** The new user's ID, or undefined when no server runs on the store. */
async function onRunning(data: string, { localpart, serverName, password }: Account): Promise<string | undefined> {
  const running = await callOperatorSocket(data, { method: 'GET', path: '/_matrix/key/v2/server' })
  if (running === undefined) return undefined
  if (serverName !== undefined && running['server_name'] !== serverName)
    throw new ConfigError(`The server that runs on this store is ${String(running['server_name'])}, not ${serverName}`)
  const path = '/_myelin/admin/v1/users'
  const made = await callOperatorSocket(data, { method: 'POST', path, body: { localpart, password } })
  return made && String(made['user_id'])
}

const offline = (data: string, account: Account): Promise<string> =>
  createUserOffline(loadConfig({ flags: { data }, environment: process.env }), systemEnvironment, account)
