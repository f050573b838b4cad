// How a run can fail, each way with an exit code of its own that scripts can rely on.

/** Exit codes of `myelin-notify`. 0 is success, also when everything had been announced before. */
export const exitCodes = {
  /** Wrong options, no checkout, unreadable password file. */
  usage: 2,
  /** The homeserver cannot be reached, or answered with an error that will not go away. */
  server: 3,
  /** The homeserver does not accept the credentials. */
  login: 4,
  /** Some rooms were told, others were not. */
  partial: 5,
  /** The homeserver asked for more patience than the budget allows. */
  rateLimited: 6,
} as const

export type FailureKind = keyof typeof exitCodes

export class NotifierError extends Error {
  override readonly name = 'NotifierError'
  readonly kind: FailureKind

  constructor(kind: FailureKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}
