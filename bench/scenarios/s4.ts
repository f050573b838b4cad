// S4: the benchmark of ocaml-matrix, its nine cases: a CI client signs in, makes rooms, posts 128 messages through a pool
// of connections and signs out, by r0 paths. As it did, each request has a connection of its own; with `keepAlive` the
// pool's connections stay open. Afterwards every room is read back.
import { randomBytes } from 'node:crypto'
import { ok, registerAs } from '../accounts.ts'
import { Connection, type Outgoing } from '../connection.ts'
import { table } from '../percentiles.ts'

export interface S4Options {
  readonly baseUrl: string
  /** Runs of each case; the median counts. */
  readonly runs: number
}

interface Case {
  /** In each room. */
  readonly messages: number
  readonly connections: number
  readonly rooms: number
}

export interface S4Result extends Case {
  /** Median wall time, milliseconds. */
  readonly closingMs: number
  readonly keepAliveMs: number
}

const cases: readonly Case[] = [1, 4, 16].flatMap((rooms) =>
  [1, 4, 16].map((connections) => ({ messages: 128 / rooms, connections, rooms })),
)

export async function s4({ baseUrl, runs }: S4Options): Promise<S4Result[]> {
  const account = { username: `bench-${randomBytes(8).toString('hex')}`, password: randomBytes(12).toString('hex') }
  const connection = await Connection.open(baseUrl)
  await registerAs(connection, account)
  const results: S4Result[] = []
  for (const each of cases) {
    const times = { closing: [] as number[], keepAlive: [] as number[] }
    for (let run = 0; run <= runs; run++)
      for (const kind of ['closing', 'keepAlive'] as const) {
        const ms = await runCase(baseUrl, account, { ...each, keepAlive: kind === 'keepAlive' })
        if (run > 0) times[kind].push(ms) // the first warms up
      }
    results.push({ ...each, closingMs: median(times.closing), keepAliveMs: median(times.keepAlive) })
  }
  connection.close()
  return results
}

export const s4Table = (results: readonly S4Result[]): string =>
  table([
    ['messages/room', 'connections', 'rooms', 'ms', 'ms keep-alive'],
    ...results.map(({ messages, connections, rooms, closingMs, keepAliveMs }) => [
      ...[messages, connections, rooms].map(String),
      closingMs.toFixed(1),
      keepAliveMs.toFixed(1),
    ]),
    ['geometric mean', '', '', mean(results, 'closingMs'), mean(results, 'keepAliveMs')],
  ])

const mean = (results: readonly S4Result[], kind: 'closingMs' | 'keepAliveMs'): string =>
  Math.exp(results.reduce((sum, result) => sum + Math.log(result[kind]), 0) / results.length).toFixed(1)

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

interface Run extends Case {
  readonly keepAlive: boolean
}

/** Wall time of one case from the login to the logout, milliseconds. The rooms are there before. */
async function runCase(baseUrl: string, account: { username: string; password: string }, run: Run): Promise<number> {
  const rooms = await makeRooms(baseUrl, account, run.rooms)
  const pool = new Pool(baseUrl, run)
  const startMs = performance.now()
  const token = await login(pool, account, `bench-${run.connections}`)
  const posts = rooms.flatMap((roomId) => Array.from({ length: run.messages }, (_, n) => ({ roomId, n })))
  await Promise.all(
    posts.map(async ({ roomId, n }) => {
      const path = `/_matrix/client/r0/rooms/${encodeURIComponent(roomId)}/send/m.room.message/${n}`
      const body = { msgtype: 'm.notice', body: `message ${n}` }
      return ok(await pool.request({ method: 'PUT', path, token, body }), 'send')
    }),
  )
  ok(await pool.request({ method: 'POST', path: '/_matrix/client/r0/logout', token, body: {} }), 'logout')
  const ms = performance.now() - startMs
  pool.close()
  await verify(baseUrl, account, { rooms, messages: run.messages })
  return ms
}

async function login(pool: Pool, { username, password }: { username: string; password: string }, device_id: string) {
  const body = {
    type: 'm.login.password',
    identifier: { type: 'm.id.user', user: username },
    ...{ password, device_id },
  }
  const answer = await pool.request({ method: 'POST', path: '/_matrix/client/r0/login', body })
  return String(ok(answer, 'login')['access_token'])
}

async function makeRooms(baseUrl: string, account: { username: string; password: string }, count: number) {
  const pool = new Pool(baseUrl, { connections: 1, keepAlive: true })
  const token = await login(pool, account, 'bench-rooms')
  const roomIds: string[] = []
  for (let room = 0; room < count; room++) {
    const body = { visibility: 'public', room_alias_name: randomBytes(8).toString('hex') }
    const answer = await pool.request({ method: 'POST', path: '/_matrix/client/r0/createRoom', token, body })
    roomIds.push(String(ok(answer, 'createRoom')['room_id']))
  }
  pool.close()
  return roomIds
}

interface Expected {
  readonly rooms: readonly string[]
  readonly messages: number
}

/** Throws unless every room holds just the messages that were posted. */
async function verify(baseUrl: string, account: { username: string; password: string }, { rooms, messages }: Expected) {
  const pool = new Pool(baseUrl, { connections: 1, keepAlive: true })
  const token = await login(pool, account, 'bench-rooms')
  for (const roomId of rooms) {
    const path = `/_matrix/client/r0/rooms/${encodeURIComponent(roomId)}/messages?dir=b&limit=200`
    const { chunk } = ok(await pool.request({ method: 'GET', path, token }), 'messages') as {
      chunk: { type: string; content: { body?: string } }[]
    }
    const bodies = new Set(chunk.filter(({ type }) => type === 'm.room.message').map(({ content }) => content.body))
    if (bodies.size !== messages) throw new Error(`${roomId} holds ${bodies.size} messages instead of ${messages}`)
  }
  pool.close()
}

/** At most so many requests at once, each on a connection of the pool or of its own. */
class Pool {
  readonly #baseUrl: string
  readonly #keepAlive: boolean
  readonly #free: (Connection | undefined)[]
  readonly #waiting: ((connection: Connection | undefined) => void)[] = []

  constructor(baseUrl: string, { connections, keepAlive }: { connections: number; keepAlive: boolean }) {
    this.#baseUrl = baseUrl
    this.#keepAlive = keepAlive
    this.#free = Array.from({ length: connections })
  }

  async request(outgoing: Outgoing) {
    const slot = await this.#take()
    const connection = slot ?? (await Connection.open(this.#baseUrl))
    try {
      return await connection.request(outgoing)
    } finally {
      if (!this.#keepAlive) connection.close()
      this.#give(this.#keepAlive ? connection : undefined)
    }
  }

  close(): void {
    for (const connection of this.#free) connection?.close()
  }

  #take(): Promise<Connection | undefined> {
    if (this.#free.length > 0) return Promise.resolve(this.#free.pop())
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #give(connection: Connection | undefined): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free.push(connection)
    else next(connection)
  }
}
