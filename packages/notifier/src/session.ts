// A login that the whole run shares: made when first needed, given back when the last one is done with it.
import { getWellknown } from '@myelin/protocol/client-server/wellknown'
import { getTokenOwner } from '@myelin/protocol/client-server/whoami'
import { Connection, type ConnectionOptions } from '@myelin/protocol/client/connection'
import { SharedLogin } from '@myelin/protocol/client/shared-login'
import { NotifierError } from './failure.ts'
import { explained, Homeserver } from './homeserver.ts'
import { patientFetch, type Fetch } from './patient-fetch.ts'

/** An access token stays valid after the run; a password is exchanged for one that is given back at the end. */
export type Credentials = { readonly token: string } | { readonly user: string; readonly password: string }

export interface SessionOptions {
  /** Base URL, or the server name of a homeserver that publishes its address. */
  readonly homeserver: string
  readonly credentials: Credentials
  /** Opens the account's cross-signing keys, for encrypted rooms; needs a password. */
  readonly recoveryKey?: Uint8Array | undefined
  /** The longest time to wait in all for a homeserver that asks for patience or is away, milliseconds. */
  readonly waitMaxMs: number
  /** Requests under way at once. */
  readonly connectionsMax?: number
  /** Aborts everything but signing out. */
  readonly signal?: AbortSignal
}

export class Session {
  readonly #options: SessionOptions
  readonly #connection: ConnectionOptions
  readonly #homeservers = new WeakMap<Connection, Promise<Homeserver>>()
  #use: Promise<Use> | undefined

  constructor(options: SessionOptions) {
    this.#options = options
    this.#connection = {
      fetch: abortable(patientFetch({ waitMaxMs: options.waitMaxMs }), options.signal),
      rateLimitRetriesMax: 0,
      ...(options.connectionsMax === undefined ? {} : { connectionsMax: options.connectionsMax }),
    }
  }

  /**
   * Does work with the account signed in. Many may do so at once over one login; when the last of them is done, that
   * login ends. Throws `NotifierError` of kind `login` when the credentials are refused.
   */
  async use<Result>(work: (homeserver: Homeserver) => Promise<Result>): Promise<Result> {
    this.#use ??= this.#prepare()
    const use = await this.#use
    return explained(
      use(async (connection) => work(await this.#homeserverOf(connection))),
      'login',
    )
  }

  #homeserverOf(connection: Connection): Promise<Homeserver> {
    const known = this.#homeservers.get(connection)
    if (known !== undefined) return known
    const found = explained(connection.call(getTokenOwner), 'login').then(
      (owner) => new Homeserver(connection, owner, this.#encryptionOpener()),
    )
    this.#homeservers.set(connection, found)
    return found
  }

  /** How encryption is opened; undefined where there is no key for it. */
  #encryptionOpener() {
    const { recoveryKey, credentials } = this.#options
    if (recoveryKey === undefined) return undefined
    return async (homeserver: Homeserver) => {
      if ('token' in credentials)
        throw new NotifierError(
          'encrypted',
          'Encrypted rooms need --user and --password-file: the device of a token has keys that only its owner knows',
        )
      const { RoomEncryption } = await import('./encryption/room-encryption.ts')
      return RoomEncryption.open(homeserver, recoveryKey)
    }
  }

  async #prepare(): Promise<Use> {
    const { homeserver, credentials } = this.#options
    const baseUrl = await baseUrlOf(homeserver, this.#connection)
    if ('token' in credentials) {
      const connection = new Connection(baseUrl, { ...this.#connection, accessToken: credentials.token })
      return (work) => work(connection)
    }
    const login = new SharedLogin(baseUrl, { ...credentials, deviceDisplayName: 'myelin-notify' }, this.#connection)
    return (work) => login.use(work)
  }
}

/** A fetch that a signal aborts, but for the request that gives the login back. */
const abortable =
  (fetch: Fetch, signal: AbortSignal | undefined): Fetch =>
  (url, request) => {
    if (signal === undefined || url.endsWith('/logout')) return fetch(url, request)
    return fetch(url, { ...request, signal: request.signal ? AbortSignal.any([signal, request.signal]) : signal })
  }

type Use = <Result>(work: (connection: Connection) => Promise<Result>) => Promise<Result>

/** A URL as it is; for a server name, the address it publishes, or itself over HTTPS. */
export async function baseUrlOf(homeserver: string, options: ConnectionOptions = {}): Promise<string> {
  if (/^https?:\/\//.test(homeserver)) return homeserver
  if (!/^[\w.:[\]-]+$/.test(homeserver))
    throw new NotifierError('usage', `'${homeserver}' is neither the URL nor the name of a homeserver`)
  const found = await new Connection(`https://${homeserver}`, options).call(getWellknown).catch(() => undefined)
  return found?.['m.homeserver'].base_url ?? `https://${homeserver}`
}
