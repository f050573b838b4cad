// `myelin-notify login`, `logout` and `whoami`: a login kept for later runs.
import { login as loginEndpoint } from '@myelin/protocol/client-server/login'
import { logout as logoutEndpoint } from '@myelin/protocol/client-server/logout'
import { Connection } from '@myelin/protocol/client/connection'
import { NotifierError } from '../failure.ts'
import { explained } from '../homeserver.ts'
import { patientFetch } from '../patient-fetch.ts'
import { baseUrlOf } from '../session.ts'
import { accountOf, forgetLogin, keepLogin, keptLogin } from './credentials.ts'
import { preparePlatform, sessionFor, sessionOf } from './connect.ts'
import type { ConnectionFlags } from './options.ts'
import type { Output } from './output.ts'

/** Signs in with the password and keeps the token, readable by its owner alone. */
export async function login(flags: ConnectionFlags, output: Output): Promise<number> {
  const { homeserver, credentials } = accountOf(flags)
  if (!('password' in credentials)) throw new NotifierError('usage', 'login needs --user and --password-file')
  output.hide(credentials.password)
  preparePlatform(flags)
  const options = { fetch: patientFetch({ waitMaxMs: flags.waitMax * 1000 }), rateLimitRetriesMax: 0 }
  const baseUrl = await baseUrlOf(homeserver, options)
  const { user_id: userId, access_token: token } = await explained(
    new Connection(baseUrl, options).call(loginEndpoint, {
      type: 'm.login.password',
      identifier: { type: 'm.id.user', user: credentials.user },
      password: credentials.password,
      initial_device_display_name: 'myelin-notify',
    }),
    'login',
  )
  const file = keepLogin({ homeserver: baseUrl, userId, token })
  output.say(`Signed in as ${userId}; kept in ${file}`, { user_id: userId, homeserver: baseUrl, file })
  return 0
}

/** Ends the kept login. It is forgotten here even where the homeserver no longer knows it. */
export async function logout(flags: ConnectionFlags, output: Output): Promise<number> {
  const kept = keptLogin()
  if (kept === undefined) {
    output.say('No login is kept.', { user_id: undefined })
    return 0
  }
  output.hide(kept.token)
  const session = sessionFor({ homeserver: kept.homeserver, credentials: { token: kept.token } }, flags)
  try {
    await session.use((homeserver) => homeserver.call(logoutEndpoint))
  } catch (error) {
    if (!(error instanceof NotifierError) || error.kind !== 'login') throw error
  }
  forgetLogin()
  output.say(`Signed out ${kept.userId}`, { user_id: kept.userId })
  return 0
}

/** Tells whose account it is. */
export const whoami = (flags: ConnectionFlags, output: Output): Promise<number> =>
  sessionOf(flags, output).use((homeserver) => {
    const { userId, deviceId } = homeserver
    output.say([userId, deviceId].filter((each) => each !== undefined).join('  '), {
      user_id: userId,
      device_id: deviceId,
    })
    return Promise.resolve(0)
  })
