// Passwords: argon2id in the thread pool, a bounded number at once, the same time for users that do not exist.
import { MatrixError } from '@myelin/protocol/errors'
import { matchesSeedHash, isSeedHash } from './seed-hash.ts'
import type { RateLimits } from '../http/rate-limits.ts'
import { passwordCharactersMax, passwordHashesAtOnceMax, passwordHashesWaitingMax } from '../limits.ts'

/** What a hash costs. https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html */
export interface PasswordCost {
  readonly memoryKib: number
  readonly passes: number
  readonly lanes: number
}

/** Loaded with the first password: a server that has just started holds 3 MB less. */
const argon2 = () => import('@node-rs/argon2')

export const passwordCostDefault: PasswordCost = { memoryKib: 19 * 1024, passes: 2, lanes: 1 }

export interface PasswordPolicy {
  /** Bounds how often an account's password can be guessed. */
  readonly rateLimits: RateLimits
  readonly cost: PasswordCost
  readonly charactersMin: number
}

export interface Passwords {
  /** Throws `M_WEAK_PASSWORD` or `M_INVALID_PARAM` when the password may not be set. */
  requireAcceptable(password: string): void
  /** The hash to store, in PHC string format. */
  hash(password: string): Promise<string>
  /**
   * Whether the password is the one of `stored`; without a stored hash false, after as much work. Throws
   * `M_LIMIT_EXCEEDED` after too many wrong ones for this name.
   */
  matches(password: string, stored: string | undefined, name: string): Promise<boolean>
  /** Whether the hash was made at another cost than the one now configured. */
  isOutdated(stored: string): boolean
}

export function createPasswords({ cost, charactersMin, rateLimits }: PasswordPolicy): Passwords {
  const options = { memoryCost: cost.memoryKib, timeCost: cost.passes, parallelism: cost.lanes }
  const current = `$argon2id$v=19$m=${cost.memoryKib},t=${cost.passes},p=${cost.lanes}$`
  const pool = createPool()
  let decoy: Promise<string> | undefined
  return {
    requireAcceptable: (password) => requireAcceptable(password, charactersMin),
    hash: (password) => pool(async () => (await argon2()).hash(password, options)),
    matches: async (password, stored, name) => {
      rateLimits.take('wrongPassword', name)
      if (password.length > passwordCharactersMax) return false
      const { hash, verify } = await argon2()
      const against = stored ?? (await (decoy ??= hash('nobody has this password', options)))
      const same = isSeedHash(against)
        ? matchesSeedHash(password, against)
        : await pool(() => verify(against, password))
      if (!same || stored === undefined) return false
      rateLimits.giveBack('wrongPassword', name)
      return true
    },
    isOutdated: (stored) => !stored.startsWith(current),
  }
}

function requireAcceptable(password: string, charactersMin: number): void {
  if (password.length < charactersMin)
    throw new MatrixError('M_WEAK_PASSWORD', `The password must have at least ${charactersMin} characters`)
  if (password.length > passwordCharactersMax)
    throw new MatrixError('M_INVALID_PARAM', `The password must have at most ${passwordCharactersMax} characters`)
}

/** Lets few hashes run at once, so that the thread pool keeps threads for the disk, and few wait. */
function createPool(): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let running = 0
  return async (work) => {
    if (running >= passwordHashesAtOnceMax) {
      if (waiting.length >= passwordHashesWaitingMax)
        throw new MatrixError('M_LIMIT_EXCEEDED', 'Too many people are logging in. Try again in a moment.', {
          fields: { retry_after_ms: 1000 },
          headers: { 'retry-after': '1' },
        })
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else running += 1
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
}
