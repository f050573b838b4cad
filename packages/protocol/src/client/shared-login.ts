// One login that many share: the first user logs in, the last one logs out.
import * as login from '../client-server/login.ts'
import * as logout from '../client-server/logout.ts'
import { clientOf } from './client-of.ts'
import { Connection } from './connection.ts'
import type { ConnectionOptions } from './connection.ts'

/** Who logs in. */
export interface Credentials {
  /** Localpart or full user ID. */
  readonly user: string
  readonly password: string
  /** Without it the server names a new device each time. */
  readonly deviceId?: string
  readonly deviceDisplayName?: string
}

/** A login kept for as long as somebody uses it. */
export class SharedLogin {
  readonly #baseUrl: string
  readonly #credentials: Credentials
  readonly #options: ConnectionOptions
  #users = 0
  #connection: Promise<Connection> | undefined

  constructor(baseUrl: string, credentials: Credentials, options: ConnectionOptions = {}) {
    this.#baseUrl = baseUrl
    this.#credentials = credentials
    this.#options = options
  }

  /** Does work with a connection that is logged in. A login that fails fails all who waited for it; the next tries again. */
  async use<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> {
    this.#users++
    this.#connection ??= this.#logIn()
    const shared = this.#connection
    try {
      return await work(await shared)
    } finally {
      await this.#leave(shared)
    }
  }

  async #leave(shared: Promise<Connection>): Promise<void> {
    if (--this.#users > 0) return
    this.#connection = undefined
    const connection = await shared.catch(() => undefined)
    await connection?.call(logout.logout)
  }

  async #logIn(): Promise<Connection> {
    const { user, password, deviceId, deviceDisplayName } = this.#credentials
    try {
      const session = await clientOf({ login }, this.#baseUrl, this.#options).login({
        type: 'm.login.password',
        identifier: { type: 'm.id.user', user },
        password,
        ...(deviceId === undefined ? {} : { device_id: deviceId }),
        ...(deviceDisplayName === undefined ? {} : { initial_device_display_name: deviceDisplayName }),
      })
      return new Connection(this.#baseUrl, { ...this.#options, accessToken: session.access_token })
    } catch (error) {
      this.#connection = undefined
      throw error
    }
  }
}
