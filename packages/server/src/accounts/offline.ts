// Making an account in a data folder on which no server runs, before there are keys.
import type { UserId } from '@myelin/protocol/identifiers'
import { ConfigError } from '../config/load.ts'
import type { Config } from '../config/settings.ts'
import type { Environment } from '../environment.ts'
import { claimIdentity, knownServerName } from '../store/identity.ts'
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts'
import { Users } from '../store/users.ts'
import { createAccounts } from './accounts.ts'
import { passwordCostDefault } from './passwords.ts'

export interface OfflineUser {
  readonly localpart: string
  /** The server that the data must belong to, or belongs to from now on; the one it belongs to unless given. */
  readonly serverName: string | undefined
  readonly password: string
}

/** Makes the account. Throws `ConfigError`, `StoreError`, and what `accounts.createUser` throws. */
export async function createUserOffline(
  config: Config,
  environment: Environment,
  { localpart, serverName: asked, password }: OfflineUser,
): Promise<UserId> {
  await using store = await openSqliteStore({ folder: config.data, durability: config.durability, environment })
  const serverName = asked ?? (await knownServerName(store))
  if (serverName === undefined) throw new ConfigError(`Whose user is it? Name it in full: @${localpart}:SERVER_NAME`)
  await claimIdentity(store, serverName)
  const settings = { ...config, serverName, guests: false, passwordCost: passwordCostDefault }
  await using accounts = createAccounts({ store, environment, users: new Users(store), config: settings })
  return await accounts.createUser(localpart, { password })
}
