// Accounts on any homeserver: by open registration, or by the shared secret of /_synapse/admin/v1/register.
import { createHmac, randomBytes } from 'node:crypto'
import type { Answer, Connection } from './connection.ts'

export interface Account {
  readonly userId: string
  readonly token: string
}

/** Throws unless the answer has status 200; gives its JSON. */
export function ok(answer: Answer, what: string): Record<string, unknown> {
  if (answer.status !== 200) throw new Error(`${what}: ${answer.status} ${answer.body.slice(0, 300)}`)
  return JSON.parse(answer.body) as Record<string, unknown>
}

/** Registers a user with a random name. `BENCH_REGISTRATION_SHARED_SECRET` chooses the shared-secret way. */
export const register = (connection: Connection): Promise<Account> =>
  registerAs(connection, {
    username: `bench-${randomBytes(8).toString('hex')}`,
    password: randomBytes(12).toString('hex'),
  })

interface Wanted {
  readonly username: string
  readonly password: string
}

/** Registers a user. */
export async function registerAs(connection: Connection, { username, password }: Wanted): Promise<Account> {
  const secret = process.env['BENCH_REGISTRATION_SHARED_SECRET']
  const body =
    secret === undefined
      ? await openly(connection, { username, password })
      : await bySecret(connection, { username, password, secret })
  return { userId: String(body['user_id']), token: String(body['access_token']) }
}

async function openly(connection: Connection, wanted: Wanted) {
  const path = '/_matrix/client/v3/register'
  const first = await connection.request({ method: 'POST', path, body: { ...wanted, auth: { type: 'm.login.dummy' } } })
  if (first.status !== 401) return ok(first, 'register')
  const { session } = JSON.parse(first.body) as { session: string }
  return ok(
    await connection.request({ method: 'POST', path, body: { ...wanted, auth: { type: 'm.login.dummy', session } } }),
    'register',
  )
}

async function bySecret(
  connection: Connection,
  { username, password, secret }: { username: string; password: string; secret: string },
) {
  const path = '/_synapse/admin/v1/register'
  const { nonce } = ok(await connection.request({ method: 'GET', path }), 'nonce') as { nonce: string }
  const mac = createHmac('sha1', secret).update([nonce, username, password, 'notadmin'].join('\0')).digest('hex')
  return ok(
    await connection.request({ method: 'POST', path, body: { nonce, username, password, admin: false, mac } }),
    'register',
  )
}
