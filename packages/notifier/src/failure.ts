// How a run can fail, each way with an exit code that scripts can rely on.

/** Exit codes of `myelin-notify`. 0 is success, also when there was nothing new to say; 1 is a bug. */
export const exitCodes = {
  /** Wrong options, no checkout, a file that is no template, no list of rooms, … */
  usage: 2,
  /** The homeserver, the account or its secret is missing or unreadable. */
  config: 3,
  /** The homeserver does not accept the credentials. */
  login: 4,
  /** The room does not exist, or the account is not in it or may not do this there. */
  room: 5,
  /** Some rooms were told, others were not. */
  partial: 6,
  /** The homeserver cannot be reached, or not within the time to wait. */
  unreachable: 7,
  /** The homeserver answered with an error that will not go away. */
  server: 7,
  /** The homeserver asked for more patience than the budget allows. */
  rateLimited: 8,
  /** The room is encrypted, and this account cannot encrypt: nothing is ever sent there as plain text. */
  encrypted: 9,
} as const

export type FailureKind = keyof typeof exitCodes

/** A failure that the user can do something about: its message is shown, its kind decides the exit code. */
export class NotifierError extends Error {
  override readonly name = 'NotifierError'
  readonly kind: FailureKind

  constructor(kind: FailureKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}
