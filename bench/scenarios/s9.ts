// S9: another server's forks. After this server has joined, several chains of state changes follow the same event, each
// from a server of its own and all about the same members; then an event joins them. Every event is signed before the
// clock runs. In the end each contested member has the change that state resolution chooses.
import { buildEvent, type BuiltEvent } from '@myelin/algorithms/build-event'
import { eventIdOf } from '@myelin/algorithms/hashes'
import { roomVersion } from '@myelin/algorithms/room-version'
import { xMatrixHeader } from '@myelin/algorithms/x-matrix'
import { ok, register } from '../accounts.ts'
import { Connection } from '../connection.ts'
import { CertificateAuthority } from '@myelin/server/federation/testing/certificate-authority'
import { joinWhole } from '../federation/join-whole.ts'
import { loopbackCertificate, loopbackNames } from '../federation/loopback.ts'
import { SyntheticRemote } from '../federation/synthetic-remote.ts'
import { syntheticRoom, type SyntheticRoom } from '../federation/synthetic-room.ts'
import { startOwnServer, type ServerKind } from '../own-server.ts'
import { table } from '../percentiles.ts'
import { freePort } from '../../test/system/testing/free-port.ts'

export interface S9Scale {
  readonly members: number
  readonly forks: number
  /** State changes in each fork. */
  readonly changes: number
}

export interface S9Result extends S9Scale {
  /** Processor time of the whole server process for each event of a fork, microseconds. */
  readonly forkMicroseconds: number
  /** From sending the event that joins the forks to its being in `/state`, milliseconds. */
  readonly mergeMs: number
  readonly mergeCpuMs: number
}

const perTransaction = 50
/** Numbers of forks and of changes in each. */
const shapes = [
  [2, 10],
  [5, 100],
  [20, 100],
  [60, 100],
  [2, 1_000],
] as const
/** How many events one event can follow. */
const followedMax = 20

/** One shape after the other, each on a server of its own; each result as soon as it is there. */
export async function* s9(members: number, kind: ServerKind): AsyncGenerator<S9Result, void> {
  using authority = new CertificateAuthority()
  const port = await freePort()
  const servers = Math.max(...shapes.map(([forks]) => forks))
  const room = syntheticRoom({ members, events: members, serverNames: loopbackNames(servers, port) })
  for (const [forks, changes] of shapes) yield await run({ members, forks, changes }, { kind, authority, room, port })
}

export const s9Table = (results: readonly S9Result[]): string =>
  table([
    ['members', 'forks', 'changes', 'CPU µs/event', 'merge ms', 'merge CPU ms'],
    ...results.map(({ members, forks, changes, forkMicroseconds, mergeMs, mergeCpuMs }) => [
      ...[members, forks, changes].map(String),
      forkMicroseconds.toFixed(0),
      mergeMs.toFixed(1),
      mergeCpuMs.toFixed(0),
    ]),
  ])

interface Under {
  readonly kind: ServerKind
  readonly authority: CertificateAuthority
  readonly room: SyntheticRoom
  /** On which its servers listen. */
  readonly port: number
}

async function run(scale: S9Scale, { kind, authority, room, port }: Under): Promise<S9Result> {
  await using remote = await SyntheticRemote.start(room, { certificate: loopbackCertificate(authority), port })
  await using server = await startOwnServer({ kind, authority })
  const connection = await Connection.open(server.baseUrl)
  const { token } = await register(connection)
  await joinWhole(connection, { token }, { roomId: room.roomId, via: room.serverNames[0]! })
  const plan = planOf(room, scale, { join: joinIn(remote), destination: server.serverName })
  const before = server.cpuSeconds()
  await Promise.all(plan.forks.map((requests) => sendAll(server.baseUrl, requests)))
  const forked = server.cpuSeconds()
  const startMs = performance.now()
  await sendAll(server.baseUrl, [plan.merge])
  const stateOf = async (type: string, stateKey = '') =>
    ok(
      await connection.request({
        method: 'GET',
        path: `/_matrix/client/v3/rooms/${encodeURIComponent(room.roomId)}/state/${type}/${encodeURIComponent(stateKey)}`,
        token,
      }),
      'state',
    ) as { name?: string; displayname?: string }
  while ((await stateOf('m.room.name')).name !== mergedName) {
    if (performance.now() - startMs > mergeMaxMs) throw new Error('The forks are not joined')
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  const mergeMs = performance.now() - startMs
  const merged = server.cpuSeconds()
  for (const [userId, wanted] of plan.winners)
    if ((await stateOf('m.room.member', userId)).displayname !== wanted)
      throw new Error(`${userId} is not what state resolution makes of it`)
  connection.close()
  const events = scale.forks * scale.changes
  return {
    ...scale,
    forkMicroseconds: ((forked - before) / events) * 1e6,
    mergeMs,
    mergeCpuMs: (merged - forked) * 1e3,
  }
}

/** The id of the event by which the server joined. */
function joinIn({ seen }: SyntheticRemote): string {
  const path = seen.find((each) => each.includes('/send_join/')) ?? ''
  return decodeURIComponent(path.split(/[/?]/)[6] ?? '')
}

const mergedName = 'All together'
const mergeMaxMs = 120_000

interface Request {
  readonly path: string
  readonly text: string
  readonly authorization: string
}

interface Plan {
  /** Of each fork, in order. */
  readonly forks: readonly (readonly Request[])[]
  /** The transaction that joins them. */
  readonly merge: Request
  /** Display names that state resolution chooses. */
  readonly winners: ReadonlyMap<string, string>
}

interface Ends {
  /** The event by which the server has joined. */
  readonly join: string
  readonly destination: string
}

/** The chains, each of changes of the same members by their own servers, who take turns within it. */
function planOf(room: SyntheticRoom, { forks: count, changes }: S9Scale, { join, destination }: Ends): Plan {
  const rules = roomVersion(room.version)!
  const members = room.members.slice(1).map((json) => JSON.parse(json) as Parameters<typeof eventIdOf>[0])
  const winners = new Map<string, { readonly ts: number; readonly eventId: string; readonly name: string }>()
  const tips: string[] = []
  const forks = Array.from({ length: count }, (_, fork) => {
    let last = join
    const events: BuiltEvent[] = []
    for (let change = 0; change < changes; change++) {
      const member = members[change % members.length]!
      const userId = String(member['state_key'])
      const name = `${change} in fork ${fork}`
      const ts = firstTs + change * count + ((fork * 7) % count)
      const event = {
        ...{ type: 'm.room.member', sender: userId, state_key: userId, room_id: room.roomId },
        content: { membership: 'join', displayname: name },
        ...{ depth: depthOfJoin + change + 1, origin_server_ts: ts },
        prev_events: [last],
        auth_events: [...room.authEvents, eventIdOf(member, rules)],
      }
      const built = buildEvent(event, rules, signerOf(room, userId))
      const rival = winners.get(userId)
      if (!rival || ts > rival.ts) winners.set(userId, { ts, eventId: built.eventId, name })
      last = built.eventId
      events.push(built)
    }
    tips.push(last)
    return requestsOf(room, { destination, origin: room.serverNames[fork]!, id: `fork-${fork}`, events })
  })
  const events = mergesOf(room, { tips, changes, count })
  const [request] = requestsOf(room, { destination, origin: room.serverNames[0]!, id: 'merge', events })
  return {
    forks,
    merge: request!,
    winners: new Map(Array.from(winners, ([userId, { name }]) => [userId, name])),
  }
}

interface Merging {
  readonly tips: readonly string[]
  readonly changes: number
  readonly count: number
}

/** The event that joins all forks; before it, where they are more than it can follow, events that join some of them. */
function mergesOf(room: SyntheticRoom, { tips, changes, count }: Merging): BuiltEvent[] {
  const rules = roomVersion(room.version)!
  const creator = (JSON.parse(room.members[0]!) as { readonly state_key: string }).state_key
  const built: BuiltEvent[] = []
  const merge = (previous: readonly string[], name = mergedName): string => {
    const number = built.length + 1
    const event = {
      ...{ type: 'm.room.name', sender: creator, state_key: '', room_id: room.roomId, content: { name } },
      ...{ depth: depthOfJoin + changes + number, origin_server_ts: firstTs + changes * count + number },
      prev_events: previous,
      auth_events: [...room.authEvents.slice(0, 2), eventIdOf(JSON.parse(room.members[0]!), rules)],
    }
    const one = buildEvent(event, rules, signerOf(room, creator))
    built.push(one)
    return one.eventId
  }
  let open: readonly string[] = tips
  while (open.length > followedMax) {
    const groups = Array.from({ length: Math.ceil(open.length / followedMax) }, (_, index) =>
      open.slice(index * followedMax, (index + 1) * followedMax),
    )
    open = groups.map((group, index) => merge(group, `Some together, ${index}`))
  }
  merge(open)
  return built
}

const firstTs = 1_750_000_000_000
const depthOfJoin = 1_000_000

function signerOf({ keys }: SyntheticRoom, userId: string) {
  const origin = userId.slice(userId.indexOf(':') + 1)
  return { serverName: origin, key: keys.get(origin)! }
}

interface Sending {
  readonly destination: string
  readonly origin: string
  readonly id: string
  readonly events: readonly BuiltEvent[]
}

function requestsOf({ keys }: SyntheticRoom, { destination, origin, id, events }: Sending): Request[] {
  const requests: Request[] = []
  for (let from = 0; from < events.length; from += perTransaction) {
    const pdus = events.slice(from, from + perTransaction).map(({ json }) => json)
    const path = `/_matrix/federation/v1/send/${id}-${from}`
    const text = `{"edus":[],"origin":"${origin}","origin_server_ts":${firstTs},"pdus":[${pdus.join(',')}]}`
    const signed = { method: 'PUT', uri: path, origin, destination, contentText: text }
    requests.push({ path, text, authorization: xMatrixHeader(signed, keys.get(origin)!) })
  }
  return requests
}

async function sendAll(baseUrl: string, requests: readonly Request[]): Promise<void> {
  const connection = await Connection.open(baseUrl)
  for (const { path, text, authorization } of requests) {
    const request = connection.build({ method: 'PUT', path, text, authorization })
    const { pdus } = ok(await connection.send(request), 'send') as { pdus: Record<string, unknown> }
    const refused = Object.values(pdus).find((result) => JSON.stringify(result) !== '{}')
    if (refused) throw new Error(`An event was refused: ${JSON.stringify(refused)}`)
  }
  connection.close()
}
