// S2: one room, 1, 16 and 64 senders, each a user of its own on a connection of its own; nobody syncs.
// Afterwards the room's history is read back: every event that was acknowledged is there, once, in each sender's order.
import { ok, register, type Account } from '../accounts.ts'
import { Connection } from '../connection.ts'
import { latencies, table } from '../percentiles.ts'

export interface S2Options {
  readonly baseUrl: string
  readonly senders: readonly number[]
  readonly messages: number
  readonly roomVersion: string
}

export interface S2Result {
  readonly senders: number
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  readonly p999: number
}

const bodyText = 'x'.repeat(100)

interface Sender extends Account {
  readonly connection: Connection
}

export async function s2({ baseUrl, senders, messages, roomVersion }: S2Options): Promise<S2Result[]> {
  const results: S2Result[] = []
  const people = await join(baseUrl, Math.max(...senders))
  for (const count of senders) {
    const roomId = await room(people.slice(0, count), roomVersion)
    await run(people.slice(0, count), { roomId, messages: Math.min(2000, messages), prefix: 'warm' })
    const { seconds, durations, sent } = await run(people.slice(0, count), { roomId, messages, prefix: 'go' })
    await verify(people[0]!, roomId, sent)
    results.push({ senders: count, perSecond: sent.size / seconds, ...latencies(durations) })
  }
  for (const { connection } of people) connection.close()
  return results
}

export const s2Table = (results: readonly S2Result[]): string =>
  table([
    ['senders', 'msg/s', 'p50 ms', 'p99 ms', 'p99.9 ms'],
    ...results.map(({ senders, perSecond, p50, p99, p999 }) => [
      String(senders),
      perSecond.toFixed(0),
      p50.toFixed(2),
      p99.toFixed(2),
      p999.toFixed(2),
    ]),
  ])

async function join(baseUrl: string, count: number): Promise<Sender[]> {
  const people: Sender[] = []
  for (let i = 0; i < count; i++) {
    const connection = await Connection.open(baseUrl)
    people.push({ ...(await register(connection)), connection })
  }
  return people
}

async function room(people: readonly Sender[], roomVersion: string): Promise<string> {
  const [owner, ...others] = people
  const create = {
    method: 'POST',
    path: '/_matrix/client/v3/createRoom',
    token: owner!.token,
    body: { preset: 'public_chat', room_version: roomVersion },
  }
  const { room_id } = ok(await owner!.connection.request(create), 'createRoom') as { room_id: string }
  const path = `/_matrix/client/v3/join/${encodeURIComponent(room_id)}`
  for (const { connection, token } of others)
    ok(await connection.request({ method: 'POST', path, token, body: {} }), 'join')
  return room_id
}

interface Run {
  readonly roomId: string
  readonly messages: number
  readonly prefix: string
}

async function run(people: readonly Sender[], { roomId, messages, prefix }: Run) {
  const durations = new Float64Array(messages)
  const sent = new Map<string, string>()
  let next = 0
  const startMs = performance.now()
  await Promise.all(
    people.map(async ({ connection, token, userId }) => {
      for (let n = next++; n < messages; n = next++) {
        const path = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/send/m.room.message/${prefix}${n}`
        const bytes = connection.build({
          method: 'PUT',
          path,
          token,
          body: { msgtype: 'm.text', body: `${prefix} ${n} ${bodyText}`.slice(0, 100) },
        })
        const sentMs = performance.now()
        const answer = await connection.send(bytes)
        durations[n] = performance.now() - sentMs
        sent.set(String(ok(answer, 'send')['event_id']), `${userId} ${n}`)
      }
    }),
  )
  return { seconds: (performance.now() - startMs) / 1000, durations, sent }
}

/** Reads the room back and throws when an acknowledged event is missing, doubled, or out of its sender's order. */
async function verify({ connection, token }: Sender, roomId: string, sent: ReadonlyMap<string, string>): Promise<void> {
  const seen = new Set<string>()
  const lastOf = new Map<string, number>()
  for (let from = ''; seen.size < sent.size;) {
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/messages?dir=b&limit=100${from && `&from=${encodeURIComponent(from)}`}`
    const page = ok(await connection.request({ method: 'GET', path, token }), 'messages') as {
      chunk: { event_id: string }[]
      end?: string
    }
    for (const { event_id } of page.chunk) {
      const mark = sent.get(event_id)
      if (mark === undefined) continue
      const [userId = '', n = ''] = mark.split(' ')
      if (seen.has(event_id)) throw new Error(`${event_id} is in the history twice`)
      if ((lastOf.get(userId) ?? Infinity) < Number(n)) throw new Error(`${event_id} is out of order`)
      seen.add(event_id)
      lastOf.set(userId, Number(n))
    }
    if (page.end === undefined || page.chunk.length === 0) break
    from = page.end
  }
  if (seen.size !== sent.size)
    throw new Error(`${sent.size - seen.size} acknowledged events are missing from the history`)
}
