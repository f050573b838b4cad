// A user of a simulated server with one client, which knows what its answers told it.
import type { Clock } from './clock.ts'
import type { Random } from './random.ts'
import type { SimulatedServer } from './server.ts'

/** An answer's status and body; status 0 when none came. */
export interface Reply {
  readonly status: number
  // oxlint-disable-next-line typescript/no-explicit-any -- a client reads what it expects and does without what is not there
  readonly body: any
}

const lost: Reply = { status: 0, body: {} }

export class SimulatedUser {
  readonly userId: string
  readonly server: SimulatedServer
  /** Rooms the client thinks it is in. */
  readonly rooms = new Set<string>()
  token = ''
  /** Of the last sync. */
  since: string | undefined
  readonly #clock: Clock
  readonly #random: Random

  constructor(localpart: string, server: SimulatedServer, chance: { readonly clock: Clock; readonly random: Random }) {
    this.userId = `@${localpart}:${server.serverName}`
    this.server = server
    this.#clock = chance.clock
    this.#random = chance.random
  }

  /** A request of the client API; it gets no answer when its server ends meanwhile. */
  call(method: string, path: string, body?: unknown): Promise<Reply> {
    return new Promise((resolve) => {
      const { machine } = this.server
      if (!machine) return resolve(lost)
      machine.onFailure(() => resolve(lost))
      this.#clock.after(this.#random.between(1, 5), () => void this.#send({ method, path, body }, resolve))
    })
  }

  async #send({ method, path, body }: Call, resolve: (reply: Reply) => void): Promise<void> {
    if (!this.server.isRunning) return resolve(lost)
    const headers = this.token === '' ? {} : { authorization: `Bearer ${this.token}` }
    const text = body === undefined ? undefined : JSON.stringify(body)
    const answer = await this.server.answer({ method, uri: `/_matrix/client/v3${path}`, headers, body: text })
    resolve({ status: answer.status, body: JSON.parse(String(answer.body)) })
  }

  async register(): Promise<void> {
    const username = this.userId.slice(1).split(':', 1)[0]
    const reply = await this.call('POST', '/register', { username, auth: { type: 'm.login.dummy' } })
    if (reply.status !== 200) throw new Error(`${this.userId} cannot register: ${JSON.stringify(reply.body)}`)
    this.token = reply.body.access_token
  }
}

interface Call {
  readonly method: string
  readonly path: string
  readonly body: unknown
}
