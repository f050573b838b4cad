// The access token of a client, and its renewal: one refresh at a time, however many requests found the token expired.

/** Tokens as `login` and `refresh` return them. */
export interface Tokens {
  readonly accessToken: string
  readonly refreshToken?: string
}

/** Holds the tokens in use. `renew` asks the server for new ones by the refresh token. */
export class TokenKeeper {
  #tokens: Tokens | undefined
  #renewing: Promise<string> | undefined
  readonly #renew: (refreshToken: string) => Promise<Tokens>
  readonly #onTokens: ((tokens: Tokens) => void) | undefined

  constructor(
    tokens: Tokens | undefined,
    renew: (refreshToken: string) => Promise<Tokens>,
    onTokens?: (tokens: Tokens) => void,
  ) {
    this.#tokens = tokens
    this.#renew = renew
    this.#onTokens = onTokens
  }

  get accessToken(): string | undefined {
    return this.#tokens?.accessToken
  }

  /** A token newer than the one that was refused, or undefined when there is no way to get one. */
  async renewed(refused: string): Promise<string | undefined> {
    const tokens = this.#tokens
    if (!tokens) return undefined
    if (tokens.accessToken !== refused) return tokens.accessToken
    const { refreshToken } = tokens
    if (refreshToken === undefined) return undefined
    this.#renewing ??= this.#exchange(refreshToken).finally(() => {
      this.#renewing = undefined
    })
    return this.#renewing
  }

  /** "If a new refresh token is not given, the old one may be used again." */
  async #exchange(refreshToken: string): Promise<string> {
    const fresh = { refreshToken, ...(await this.#renew(refreshToken)) }
    this.#tokens = fresh
    this.#onTokens?.(fresh)
    return fresh.accessToken
  }
}
