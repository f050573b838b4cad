// Registration with a secret shared between the server and a program, as the admin API of Synapse has it.
// https://element-hq.github.io/synapse/latest/admin_api/register_api.html
import { createHmac, timingSafeEqual } from 'node:crypto'
import { MatrixError } from '@myelin/protocol/errors'
import type { ServerName } from '@myelin/protocol/identifiers'
import { randomString } from '../environment.ts'
import { registrationNonceLifetimeMs, registrationNoncesMax } from '../limits.ts'
import { setProfileField } from '../store/profiles.ts'
import type { AccountsContext } from './context.ts'
import { createAccount, requireAvailable, type Registered } from './registration.ts'
import type { Origin } from './requester.ts'

export interface SharedSecretRequest {
  readonly nonce: string
  readonly username: string
  readonly password: string
  readonly displayname?: string | null | undefined
  readonly admin?: boolean | undefined
  readonly user_type?: string | null | undefined
  /** Hexadecimal HMAC-SHA1 over the rest. */
  readonly mac: string
}

export interface SharedSecretRegistration {
  /** A nonce that is good for one registration within a minute. */
  nonce(): string
  /** Makes an account for whoever knows the secret. Throws `M_FORBIDDEN`, and what making an account throws. */
  register(request: SharedSecretRequest, origin: Origin): Promise<Registered & { home_server: ServerName }>
}

export function createSharedSecretRegistration(context: AccountsContext): SharedSecretRegistration {
  const { environment, config } = context
  const nonces = new Map<string, number>()
  const requireEnabled = () => {
    if (config.registrationSharedSecret === '')
      throw new MatrixError('M_UNKNOWN', 'Shared secret registration is not enabled', { status: 400 })
  }
  return {
    nonce: () => {
      requireEnabled()
      const nonce = randomString(environment, 64, '0123456789abcdef')
      if (nonces.size >= registrationNoncesMax) for (const oldest of nonces.keys()) if (nonces.delete(oldest)) break
      nonces.set(nonce, environment.now() + registrationNonceLifetimeMs)
      return nonce
    },
    register: async (request, origin) => {
      requireEnabled()
      const expiresMs = nonces.get(request.nonce)
      nonces.delete(request.nonce)
      if (expiresMs === undefined || expiresMs <= environment.now())
        throw new MatrixError('M_UNKNOWN', 'Unknown nonce', { status: 400 })
      if (!isSigned(request, config.registrationSharedSecret)) throw new MatrixError('M_FORBIDDEN', 'HMAC incorrect')
      return create(context, request, origin)
    },
  }
}

/** `HMAC-SHA1(secret, nonce NUL username NUL password NUL admin|notadmin [NUL user_type])` */
function isSigned(request: SharedSecretRequest, secret: string): boolean {
  const { nonce, username, password, admin = false, user_type: userType } = request
  if (`${username}${password}`.includes('\0')) return false
  const parts = [nonce, username, password, admin ? 'admin' : 'notadmin', ...(userType ? [userType] : [])]
  const wanted = createHmac('sha1', secret).update(parts.join('\0')).digest()
  const given = Buffer.from(request.mac, 'hex')
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

async function create(
  context: AccountsContext,
  { username, password, displayname, admin = false, user_type: userType }: SharedSecretRequest,
  origin: Origin,
): Promise<Registered & { home_server: ServerName }> {
  const userId = await requireAvailable(context, username)
  context.passwords.requireAcceptable(password)
  const registered = await createAccount(context, {
    userId,
    passwordHash: await context.passwords.hash(password),
    isAdmin: admin,
    userType: userType ?? undefined,
    session: { wishes: {}, origin },
  })
  const userNid = await context.users.intern(userId)
  if (displayname)
    await context.store.write((w) =>
      setProfileField(w, userNid, { field: 'displayname', value: JSON.stringify(displayname) }),
    )
  return { ...registered, home_server: context.config.serverName as ServerName }
}
