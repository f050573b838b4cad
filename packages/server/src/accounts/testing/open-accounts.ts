// Accounts on a real store in a temporary folder, with a clock a test can turn.
import type { UserId } from '@myelin/protocol/identifiers'
import { systemEnvironment, type Environment } from '../../environment.ts'
import { openSqliteStore } from '../../store/sqlite/sqlite-store.ts'
import type { Store } from '../../store/store.ts'
import { Users } from '../../store/users.ts'
import { createAccounts, type Accounts } from '../accounts.ts'
import type { AccountsConfig, AccountsHooks } from '../context.ts'
import type { Origin, Requester } from '../requester.ts'

export interface TestAccounts extends AsyncDisposable {
  readonly accounts: Accounts
  readonly store: Store
  /** Moves the clock. */
  advance(ms: number): void
  /** Registers a user with that name and password and returns who the token says they are. */
  user(name: string, password?: string): Promise<Requester & { readonly token: string }>
}

export const origin: Origin = { address: '198.51.100.7', userAgent: 'test' }
export const user = (name: string): UserId => `@${name}:example.org` as UserId

/** An administrator without an account. */
export const operator: Requester = {
  userId: user(''),
  userNid: 0,
  deviceId: '',
  deviceNid: 0,
  isGuest: false,
  isAdmin: true,
  isSuspended: false,
  tokenHash: '',
}

const config: AccountsConfig = {
  serverName: 'example.org',
  registration: 'open',
  guests: false,
  registrationSharedSecret: '',
  publicBaseUrl: '',
  passwordCost: { memoryKib: 8, passes: 1, lanes: 1 },
  passwordCharactersMin: 1,
}

export interface TestAccountsOptions {
  readonly config?: Partial<AccountsConfig>
  readonly hooks?: AccountsHooks
  /** Keeps the data there instead of in a folder that goes away. */
  readonly folder?: string
}

export async function openAccounts(options: TestAccountsOptions = {}): Promise<TestAccounts> {
  let offsetMs = 0
  const environment: Environment = { ...systemEnvironment, now: () => Date.now() + offsetMs }
  const { folder } = options
  const store = await openSqliteStore({ durability: 'process', environment, ...(folder !== undefined && { folder }) })
  const accounts = createAccounts({
    store,
    environment,
    users: new Users(store),
    config: { ...config, ...options.config },
    ...(options.hooks && { hooks: options.hooks }),
  })
  return {
    accounts,
    store,
    advance: (ms) => {
      offsetMs += ms
    },
    user: async (name, password = 'secret') => {
      await accounts.createUser(name, { password })
      const { access_token } = await accounts.login({ type: 'm.login.password', user: name, password }, origin)
      return { ...(await accounts.authenticate(access_token, origin)), token: access_token }
    },
    [Symbol.asyncDispose]: async () => {
      await accounts[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
    },
  }
}
