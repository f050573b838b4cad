// S7: joining a big room through another server, with all members in the answer and with members left out. Measured from
// the client: until the join is answered, until a message is sent and has reached another server of the room, and until
// the member list is whole.
import { CertificateAuthority } from '@myelin/server/federation/testing/certificate-authority'
import { loopbackCertificate, loopbackNames } from '../federation/loopback.ts'
import { SyntheticRemote } from '../federation/synthetic-remote.ts'
import { syntheticRoom, type SyntheticRoom } from '../federation/synthetic-room.ts'
import { startOwnServer, type ServerKind } from '../own-server.ts'
import { table } from '../percentiles.ts'
import { freePort } from '../../test/system/testing/free-port.ts'

export interface S7Result {
  readonly kind: 'full' | 'members omitted'
  /** Seconds from the request. */
  readonly joinedIn: number
  readonly heardIn: number
  readonly completeIn: number
  readonly peakMb: number
  /** Processor time of the whole server process, seconds. */
  readonly cpuSeconds: number
}

export interface S7Size {
  readonly members: number
  /** Events of state and auth chain together, about. */
  readonly events: number
}

const servers = 200

export async function s7({ members, events }: S7Size, serverKind: ServerKind): Promise<S7Result[]> {
  using authority = new CertificateAuthority()
  const port = await freePort()
  const room = syntheticRoom({ members, events, serverNames: loopbackNames(servers, port) })
  const results: S7Result[] = []
  for (const kind of ['full', 'members omitted'] as const)
    results.push(await run({ room, port, authority, kind, serverKind }))
  return results
}

export const s7Table = (results: readonly S7Result[]): string =>
  table([
    ['join', 'answered s', 'heard s', 'complete s', 'peak MB', 'CPU s'],
    ...results.map(({ kind, joinedIn, heardIn, completeIn, peakMb, cpuSeconds }) => [
      kind,
      joinedIn.toFixed(2),
      heardIn.toFixed(2),
      completeIn.toFixed(2),
      peakMb.toFixed(0),
      cpuSeconds.toFixed(2),
    ]),
  ])

interface Run {
  readonly room: SyntheticRoom
  readonly port: number
  readonly authority: CertificateAuthority
  readonly serverKind: ServerKind
  readonly kind: S7Result['kind']
}

async function run({ room, port, authority, kind, serverKind }: Run): Promise<S7Result> {
  const certificate = loopbackCertificate(authority)
  const omitsMembers = kind === 'members omitted'
  await using remote = await SyntheticRemote.start(room, { certificate, port, omitsMembers })
  await using server = await startOwnServer({ kind: serverKind, authority })
  const call = caller(server.baseUrl)
  const { access_token: token } = await call('POST', '/register', {
    body: { username: 'joiner', password: 'joiner password', auth: { type: 'm.login.dummy' } },
  })
  const cpuBefore = server.cpuSeconds()
  const startMs = performance.now()
  const since = () => (performance.now() - startMs) / 1000
  const path = `/rooms/${encodeURIComponent(room.roomId)}`
  await call('POST', `/join/${encodeURIComponent(room.roomId)}?via=${room.serverNames[0]}`, { token, body: {} })
  const joinedIn = since()
  const complete = call('GET', `${path}/members`, { token }).then(({ chunk }) => ({ chunk, seconds: since() }))
  await call('PUT', `${path}/send/m.room.message/1`, { token, body: { msgtype: 'm.text', body: 'hello' } })
  while (!remote.heard.some(({ type }) => type === 'm.room.message')) await new Promise((go) => setTimeout(go, 5))
  const heardIn = since()
  const { chunk, seconds: completeIn } = await complete
  const members = (chunk as readonly unknown[]).length
  if (members !== room.members.length + 1)
    throw new Error(`The room has ${room.members.length + 1} members, ${members} are shown`)
  return { kind, joinedIn, heardIn, completeIn, peakMb: server.peakMb(), cpuSeconds: server.cpuSeconds() - cpuBefore }
}

interface Asked {
  readonly token?: unknown
  readonly body?: unknown
}

const caller =
  (baseUrl: string) =>
  async (method: string, path: string, { token, body }: Asked): Promise<Record<string, unknown>> => {
    const response = await fetch(`${baseUrl}/_matrix/client/v3${path}`, {
      method,
      headers: typeof token === 'string' ? { authorization: `Bearer ${token}` } : {},
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const answer = (await response.json()) as Record<string, unknown>
    if (response.status !== 200) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`)
    return answer
  }
