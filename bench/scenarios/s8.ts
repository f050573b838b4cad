// S8: other servers send transactions of 50 messages, into one room and into 100, of 10 and of 10,000 members. Every
// message is signed before the clock runs; a room's transactions come one after the other, from its servers in turn, and
// those of different rooms at once. Where some come late, every transaction lacks a fifth of its messages, ten in a row:
// they come in a transaction of their own after that of the next server, and until then the room's servers hand them out
// to who asks (`/get_missing_events`). In the end the history is read back: every message is there, in its order.
import { buildEvent } from '@myelin/algorithms/build-event'
import { eventIdOf } from '@myelin/algorithms/hashes'
import { roomVersion } from '@myelin/algorithms/room-version'
import { xMatrixHeader } from '@myelin/algorithms/x-matrix'
import { ok, register, type Account } from '../accounts.ts'
import { Connection } from '../connection.ts'
import { CertificateAuthority } from '@myelin/server/federation/testing/certificate-authority'
import { joinWhole } from '../federation/join-whole.ts'
import { loopbackCertificate, loopbackNames } from '../federation/loopback.ts'
import { SyntheticRemote } from '../federation/synthetic-remote.ts'
import { syntheticRoom, type SyntheticRoom } from '../federation/synthetic-room.ts'
import { startOwnServer, type OwnServer, type ServerKind } from '../own-server.ts'
import { latencies, table } from '../percentiles.ts'
import { freePort } from '../../test/system/testing/free-port.ts'

interface Scale {
  readonly rooms: number
  readonly members: number
  /** A fifth of the messages comes late. */
  readonly hasLate: boolean
}

export interface S8Result extends Scale {
  /** Until the last one can be read. */
  readonly perSecond: number
  /** Processor time of the whole server process for each message, microseconds. */
  readonly cpuMicroseconds: number
  /** Until a transaction is answered, milliseconds. */
  readonly p50: number
  readonly p99: number
  readonly residentMb: number
  /** How often missing messages were asked for. */
  readonly asked: number
}

const perTransaction = 50
const latePerTransaction = 10
const sizes = [
  { rooms: 1, members: 10 },
  { rooms: 1, members: 10_000 },
  { rooms: 100, members: 10 },
]
const allScales: readonly Scale[] = [false, true].flatMap((hasLate) =>
  sizes.map(({ rooms, members }) => ({ rooms, members, hasLate })),
)
const warmUp = 2_000

/** `messages`: how many of each scale are measured. */
export async function s8(kind: ServerKind, { scales = allScales, messages = 10_000 } = {}): Promise<S8Result[]> {
  using authority = new CertificateAuthority()
  const results: S8Result[] = []
  for (const scale of scales) results.push(await run(scale, { kind, authority, messages }))
  return results
}

export const s8Table = (results: readonly S8Result[]): string =>
  table([
    ['rooms', 'members', 'late', 'msg/s', 'CPU µs/msg', 'p50 ms', 'p99 ms', 'MB', 'asked'],
    ...results.map(({ rooms, members, hasLate, perSecond, cpuMicroseconds, p50, p99, residentMb, asked }) => [
      String(rooms),
      String(members),
      hasLate ? '20 %' : 'none',
      perSecond.toFixed(0),
      cpuMicroseconds.toFixed(0),
      p50.toFixed(2),
      p99.toFixed(2),
      residentMb.toFixed(0),
      String(asked),
    ]),
  ])

interface Under {
  readonly kind: ServerKind
  readonly authority: CertificateAuthority
  readonly messages: number
}

async function run(scale: Scale, { kind, authority, messages }: Under): Promise<S8Result> {
  const ports = await Promise.all(Array.from({ length: scale.rooms }, freePort))
  const { members } = scale
  const rooms = ports.map((port) =>
    syntheticRoom({ members, events: members, serverNames: loopbackNames(Math.min(200, members), port) }),
  )
  const certificate = loopbackCertificate(authority)
  const remotes = await Promise.all(
    rooms.map((room, index) => SyntheticRemote.start(room, { certificate, port: ports[index]! })),
  )
  await using server = await startOwnServer({ kind, authority })
  const connection = await Connection.open(server.baseUrl)
  const reader: Reader = { ...(await register(connection)), connection }
  for (const { roomId, serverNames } of rooms)
    await joinWhole(connection, reader, { roomId, via: serverNames[0] ?? '' })
  const { hasLate } = scale
  const sources = rooms.map(
    (room, index) => new Source(room, { remote: remotes[index]!, destination: server.serverName, hasLate }),
  )
  const receiving = { server, reader, sources }
  await receive(receiving, warmUp)
  for (const source of sources) source.asked = 0
  const result = await receive(receiving, messages)
  for (const source of sources) await verify(reader, source)
  connection.close()
  for (const remote of remotes) await remote[Symbol.asyncDispose]()
  const asked = sources.reduce((sum, source) => sum + source.asked, 0)
  return { ...scale, ...result, residentMb: server.residentMb(), asked }
}

interface Reader extends Account {
  readonly connection: Connection
}

/** The id of the event by which the server joined. */
function joinIn({ seen }: SyntheticRemote): string {
  const path = seen.find((each) => each.includes('/send_join/')) ?? ''
  return decodeURIComponent(path.split(/[/?]/)[6] ?? '')
}

interface Transaction {
  readonly origin: string
  readonly id: string
  readonly text: string
  readonly authorization: string
  /** How many messages it has. */
  readonly size: number
}

interface Message {
  readonly eventId: string
  readonly json: string
  readonly previous: string
}

interface SourceOptions {
  readonly remote: SyntheticRemote
  readonly destination: string
  readonly hasLate: boolean
}

/** The servers of a room, with what they have yet to say. */
class Source {
  readonly #room: SyntheticRoom
  readonly #members: readonly { readonly userId: string; readonly eventId: string }[]
  readonly #destination: string
  readonly #hasLate: boolean
  readonly #messages = new Map<string, Message>()
  #last: string
  #count = 0
  #transactions = 0
  /** Ids of the messages, in order. */
  readonly sent: string[] = []
  /** How often missing messages were asked for. */
  asked = 0

  constructor(room: SyntheticRoom, { remote, destination, hasLate }: SourceOptions) {
    this.#room = room
    this.#destination = destination
    this.#hasLate = hasLate
    this.#last = joinIn(remote)
    const rules = roomVersion(room.version)!
    this.#members = room.members.map((json) => {
      const pdu = JSON.parse(json) as Parameters<typeof eventIdOf>[0]
      return { userId: String(pdu['state_key']), eventId: eventIdOf(pdu, rules) }
    })
    remote.instead = ({ verb, body }, response) => {
      if (verb !== 'get_missing_events') return false
      response.writeHead(200, { 'content-type': 'application/json' }).end(this.#missing(JSON.parse(body) as Asked))
      return true
    }
  }

  get roomId(): string {
    return this.#room.roomId
  }

  /** The next transactions: messages of members of one server each. */
  next(count: number): Transaction[] {
    const { serverNames } = this.#room
    const transactions: Transaction[] = []
    let late: Transaction | undefined
    for (let index = 0; index < count; index++) {
      const origin = serverNames[this.#transactions % serverNames.length]!
      const messages = Array.from({ length: perTransaction }, () => this.#message(origin))
      // At another place each time; at the end of a transaction it is the next one that shows that they are missing.
      const from = (this.#transactions * 7) % (perTransaction - latePerTransaction + 1)
      const held = this.#hasLate ? messages.splice(from, latePerTransaction) : []
      transactions.push(this.#transaction(origin, messages))
      if (late) transactions.push(late)
      late = held.length > 0 ? this.#transaction(origin, held) : undefined
    }
    return late ? [...transactions, late] : transactions
  }

  #transaction(origin: string, messages: readonly Message[]): Transaction {
    const pdus = messages.map(({ json }) => json).join(',')
    const text = `{"edus":[],"origin":"${origin}","origin_server_ts":${Date.now()},"pdus":[${pdus}]}`
    const id = String(this.#transactions++)
    const signed = { method: 'PUT', uri: pathOf(id), origin, destination: this.#destination, contentText: text }
    const authorization = xMatrixHeader(signed, this.#room.keys.get(origin)!)
    return { origin, id, text, authorization, size: messages.length }
  }

  /** What the servers of the room answer: the messages before the latest back to the earliest, the newest first found. */
  #missing({ earliest_events: earliest, latest_events: latest, limit = 10 }: Asked): string {
    this.asked++
    const seen = new Set(earliest)
    const found: string[] = []
    let front = latest
    while (front.length > 0 && found.length < limit) {
      const before = front.flatMap((eventId) => this.#messages.get(this.#messages.get(eventId)?.previous ?? '') ?? [])
      const fresh = before.filter(({ eventId }) => !seen.has(eventId)).slice(0, limit - found.length)
      for (const { eventId, json } of fresh) {
        seen.add(eventId)
        found.push(json)
      }
      front = fresh.map(({ eventId }) => eventId)
    }
    return `{"events":[${found.toReversed().join(',')}]}`
  }

  #message(origin: string): Message {
    const { roomId, version, keys, authEvents, serverNames } = this.#room
    const step = serverNames.length
    const own = Math.floor(this.#members.length / step) || 1
    const place = serverNames.indexOf(origin) + step * (this.#count % own)
    const { userId, eventId } = this.#members[place]!
    const event = {
      type: 'm.room.message',
      sender: userId,
      content: { msgtype: 'm.text', body: `message ${this.#count} ${'x'.repeat(80)}` },
      room_id: roomId,
      depth: 100_000 + this.#count++,
      origin_server_ts: Date.now(),
      prev_events: [this.#last],
      auth_events: [...authEvents.slice(0, 2), eventId],
    }
    const built = buildEvent(event, roomVersion(version)!, { serverName: origin, key: keys.get(origin)! })
    const message = { eventId: built.eventId, json: built.json, previous: this.#last }
    if (this.#hasLate) this.#messages.set(built.eventId, message)
    this.#last = built.eventId
    this.sent.push(built.eventId)
    return message
  }
}

interface Asked {
  readonly earliest_events: readonly string[]
  readonly latest_events: readonly string[]
  readonly limit?: number
}

const pathOf = (id: string) => `/_matrix/federation/v1/send/${id}`

interface Receiving {
  readonly server: OwnServer
  readonly reader: Reader
  readonly sources: readonly Source[]
}

/** Sends so many messages of all sources together; done when the last of each can be read. */
async function receive({ server, reader, sources }: Receiving, count: number) {
  const each = Math.max(1, Math.round(count / perTransaction / sources.length))
  const ready = sources.map((source) => source.next(each))
  const connections = await Promise.all(ready.slice(0, 32).map(() => Connection.open(server.baseUrl)))
  const requests = ready.map((transactions, at) => {
    const connection = connections[at % connections.length]!
    return transactions.map(({ id, text, authorization }) =>
      connection.build({ method: 'PUT', path: pathOf(id), text, authorization }),
    )
  })
  const turns = requests[0]?.length ?? 0
  const durations = new Float64Array(turns * sources.length)
  let done = 0
  const cpuBefore = server.cpuSeconds()
  const startMs = performance.now()
  await Promise.all(
    connections.map(async (connection, first) => {
      for (let turn = 0; turn < turns; turn++)
        for (let at = first; at < sources.length; at += connections.length) {
          const sentMs = performance.now()
          const { pdus } = ok(await connection.send(requests[at]![turn]!), 'send') as { pdus: Record<string, unknown> }
          durations[done++] = performance.now() - sentMs
          const refused = Object.values(pdus).find((result) => JSON.stringify(result) !== '{}')
          if (refused) throw new Error(`A message was refused: ${JSON.stringify(refused)}`)
        }
    }),
  )
  for (const { roomId, sent } of sources) await isThere(reader, roomId, sent.at(-1)!)
  const seconds = (performance.now() - startMs) / 1000
  const total = ready.flat().reduce((sum, { size }) => sum + size, 0)
  for (const connection of connections) connection.close()
  const cpuMicroseconds = ((server.cpuSeconds() - cpuBefore) / total) * 1e6
  return { perSecond: total / seconds, cpuMicroseconds, ...latencies(durations) }
}

const visibleWithinMs = 120_000

/** Resolves when the event can be read; throws when that takes too long. */
async function isThere({ connection, token }: Reader, roomId: string, eventId: string): Promise<void> {
  const path = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/event/${encodeURIComponent(eventId)}`
  const endMs = performance.now() + visibleWithinMs
  while ((await connection.request({ method: 'GET', path, token })).status !== 200) {
    if (performance.now() > endMs) throw new Error(`${eventId} cannot be read`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** Throws unless the history holds every message once, in its order. */
async function verify({ connection, token }: Reader, { roomId, sent }: Source): Promise<void> {
  const found: string[] = []
  const wanted = new Set(sent)
  for (let from = ''; ;) {
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/messages?dir=b&limit=1000${from && `&from=${encodeURIComponent(from)}`}`
    const page = ok(await connection.request({ method: 'GET', path, token }), 'messages') as {
      chunk: { event_id: string }[]
      end?: string
    }
    found.push(...page.chunk.map(({ event_id }) => event_id).filter((eventId) => wanted.has(eventId)))
    if (page.end === undefined || page.chunk.length === 0 || found.length >= sent.length) break
    from = page.end
  }
  if (JSON.stringify(found.toReversed()) !== JSON.stringify(sent))
    throw new Error(`${roomId}: of ${sent.length} messages ${found.length} are in the history, or not in their order`)
}
