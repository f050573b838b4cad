// The account that speaks for the hooks: an ordinary local user without a password, made when it is first needed.
import { MatrixError } from '@myelin/protocol/errors'
import type { UserId } from '@myelin/protocol/identifiers'
import { setWebhookAccount, webhookAccount } from '../store/webhooks.ts'
import type { WebhooksOptions } from './context.ts'

/** As `Actor` of rooms/, with the device under which it keeps its transaction ids. */
export interface HookActor {
  readonly userId: UserId
  readonly userNid: number
  readonly deviceNid: number
}

export class HookAccount {
  readonly userId: UserId
  readonly #options: WebhooksOptions
  #actor: Promise<HookActor> | undefined
  #made: HookActor | undefined

  constructor(options: WebhooksOptions) {
    this.#options = options
    this.userId = `@${options.config['webhooks.user']}:${options.config.serverName}` as UserId
  }

  /** The account, if this run of the server has met it. */
  get made(): HookActor | undefined {
    return this.#made
  }

  /** The account; made now if there is none. Throws `M_USER_IN_USE` when somebody else has the name. */
  actor(): Promise<HookActor> {
    this.#actor ??= this.#openOnce().catch((error: unknown) => {
      this.#actor = undefined
      throw error
    })
    return this.#actor
  }

  /** The account, if it has been made. */
  async known(): Promise<HookActor | undefined> {
    const { store } = this.#options
    return (await webhookAccount(store.read)) === undefined ? undefined : this.actor()
  }

  async #openOnce(): Promise<HookActor> {
    return (this.#made = await this.#open())
  }

  async #open(): Promise<HookActor> {
    const { store, users, accounts } = this.#options
    const row = await webhookAccount(store.read)
    if (row !== undefined) return { ...row, userId: ((await users.userId(row.userNid)) ?? this.userId) as UserId }
    await accounts.createUser(this.#options.config['webhooks.user'], {}).catch((cause: unknown) => {
      if (!(cause instanceof MatrixError) || cause.errcode !== 'M_USER_IN_USE') throw cause
      throw new MatrixError(
        'M_USER_IN_USE',
        `${this.userId} is somebody's account: set webhooks.user to the name of an account for the hooks`,
        { cause },
      )
    })
    const made = { userNid: await users.intern(this.userId), deviceNid: store.nextNid('devices') }
    await store.write((w) => setWebhookAccount(w, made))
    return { ...made, userId: this.userId }
  }
}
