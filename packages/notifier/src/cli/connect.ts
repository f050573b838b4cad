// From the shared options to a session: proxy and certificates for the whole process, the account, patience.
import http from 'node:http'
import tls from 'node:tls'
import { selectRooms } from '../each-room.ts'
import type { Homeserver } from '../homeserver.ts'
import { Session } from '../session.ts'
import { readRecoveryKey } from '../encryption/recovery-key.ts'
import { accountOf, recoveryKeyOf, textOfFile, type Account } from './credentials.ts'
import { interruption } from './interruption.ts'
import type { ConnectionFlags, RoomFlags } from './options.ts'
import type { Output } from './output.ts'

/** A session for the account that the options name. Its secrets are hidden in the output. */
export function sessionOf(flags: ConnectionFlags, output: Output, signal?: AbortSignal): Session {
  const account = accountOf(flags)
  const { credentials } = account
  output.hide('token' in credentials ? credentials.token : credentials.password)
  const recoveryKey = recoveryKeyOf(flags)
  if (recoveryKey !== undefined) output.hide(recoveryKey)
  return sessionFor(account, flags, signal)
}

/** A session for an account. Unless a signal is given, it ends when the process is told to stop. */
export function sessionFor(
  { homeserver, credentials }: Account,
  flags: ConnectionFlags,
  signal = interruption(),
): Session {
  preparePlatform(flags)
  const recoveryKey = recoveryKeyOf(flags)
  return new Session({
    homeserver,
    credentials,
    recoveryKey: recoveryKey === undefined ? undefined : readRecoveryKey(recoveryKey),
    waitMaxMs: flags.waitMax * 1000,
    connectionsMax: Math.max(1, flags.connections),
    signal,
  })
}

/** Makes the process use the proxy and trust the certificates that the options name. */
export function preparePlatform({ ca, proxy }: Pick<ConnectionFlags, 'ca' | 'proxy'>): void {
  if (ca) tls.setDefaultCACertificates([...tls.getCACertificates('default'), textOfFile(ca)])
  const variables = process.env
  const isProxied = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].some((name) => variables[name])
  if (proxy !== undefined) http.setGlobalProxyFromEnv({ ...variables, https_proxy: proxy, http_proxy: proxy })
  else if (isProxied) http.setGlobalProxyFromEnv()
}

/** IDs of the rooms that the options select. */
export function roomsOf(homeserver: Homeserver, flags: RoomFlags): Promise<string[]> {
  const variable = process.env['MYELIN_NOTIFY_ROOMS'] ?? process.env['MATRIX_ROOM'] ?? ''
  return selectRooms(homeserver, {
    rooms: flags.room ?? variable.split(/[\s,]+/).filter((room) => room !== ''),
    matching: flags.roomsMatch ?? [],
    except: flags.roomsExcept ?? [],
  })
}
