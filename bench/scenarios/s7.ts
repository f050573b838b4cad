// S7: joining a big room through another server, with all members in the answer and with members left out. Measured from
// the client: until the join is answered, until a message is sent and has reached another server of the room, and until
// the member list is whole.
import { issueCertificate } from '../federation/certificate.ts'
import { SyntheticRemote } from '../federation/synthetic-remote.ts'
import { syntheticRoom, type SyntheticRoom, type SyntheticSize } from '../federation/synthetic-room.ts'
import { startOwnServer } from '../own-server.ts'
import { table } from '../percentiles.ts'

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

export async function s7(size: SyntheticSize): Promise<S7Result[]> {
  const room = syntheticRoom(size)
  using certificate = issueCertificate('*.remote.test')
  const results: S7Result[] = []
  for (const kind of ['full', 'members omitted'] as const) results.push(await run({ room, certificate, kind }))
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
  readonly certificate: ReturnType<typeof issueCertificate>
  readonly kind: S7Result['kind']
}

async function run({ room, certificate, kind }: Run): Promise<S7Result> {
  await using remote = await SyntheticRemote.start(room, { certificate, omitsMembers: kind === 'members omitted' })
  const overrides = Object.entries(remote.hostOverrides)
  await using server = await startOwnServer('power', [
    ...['--server-name', 'joiner.test', '--federation-allow-private-addresses', 'true'],
    ...['--federation-trusted-ca-file', certificate.authorityFile],
    ...['--federation-host-overrides', overrides.map((pair) => pair.join('=')).join(',')],
  ])
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
