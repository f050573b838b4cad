// S13 and S14: how soon a server answers after its start, what it holds while nobody asks for anything, and what load
// leaves behind. Memory is what all its processes have resident.
import { ok, register, type Account } from '../accounts.ts'
import { Connection } from '../connection.ts'
import { startOwnServer, type OwnServer, type ServerKind } from '../own-server.ts'
import { table } from '../percentiles.ts'
import { s2 } from './s2.ts'

export interface S13Options {
  readonly kind: ServerKind
  /** Starts, of which the median counts. */
  readonly starts: number
  /** How long it is left alone after the start; twice as long after load. */
  readonly idleSeconds: number
  readonly messages: number
}

export interface S13Result {
  readonly firstAnswerMs: number
  readonly stages: readonly { readonly name: string; readonly residentMb: number }[]
}

const syncing = { users: 16, rooms: 40, messages: 20, times: 5 }

export async function s13({ kind, starts, idleSeconds, messages }: S13Options): Promise<S13Result> {
  const firstAnswers: number[] = []
  for (let start = 0; start < starts; start++) {
    await using server = await startOwnServer({ kind })
    firstAnswers.push(server.startedInMs)
  }
  await using server = await startOwnServer({ kind })
  const stages = [
    await stage('started', server),
    await stage(`${idleSeconds} s later`, server, idleSeconds),
    await stage(`${messages} messages of 16 senders`, server, 0, ({ baseUrl }) =>
      s2({ baseUrl, senders: [16], messages, roomVersion: '10' }),
    ),
    await stage(`${2 * idleSeconds} s later`, server, 2 * idleSeconds),
    await stage(`${syncing.users * syncing.times} syncs of ${syncing.rooms} rooms`, server, 0, sync),
    await stage(`${2 * idleSeconds} s later`, server, 2 * idleSeconds),
  ]
  return { firstAnswerMs: firstAnswers.toSorted((a, b) => a - b)[starts >> 1] ?? 0, stages }
}

export const s13Table = ({ firstAnswerMs, stages }: S13Result): string =>
  `first answer after ${firstAnswerMs.toFixed(0)} ms\n${table([
    ['resident memory', 'MB'],
    ...stages.map(({ name, residentMb }) => [name, residentMb.toFixed(0)]),
  ])}`

async function stage(
  name: string,
  server: OwnServer,
  idleSeconds = 0,
  load: (server: OwnServer) => Promise<unknown> = async () => undefined,
): Promise<S13Result['stages'][number]> {
  await load(server)
  await new Promise((resolve) => setTimeout(resolve, idleSeconds * 1000))
  return { name, residentMb: server.residentMb() }
}

/** Users who share rooms sign in anew, again and again. */
async function sync({ baseUrl }: OwnServer): Promise<void> {
  const connection = await Connection.open(baseUrl)
  const users: Account[] = []
  for (let user = 0; user < syncing.users; user++) users.push(await register(connection))
  for (let room = 0; room < syncing.rooms; room++) await fill(connection, users)
  for (let time = 0; time < syncing.times; time++)
    for (const { token } of users)
      ok(await connection.request({ method: 'GET', path: '/_matrix/client/v3/sync?timeout=0', token }), 'sync')
  connection.close()
}

async function fill(connection: Connection, [owner, ...others]: readonly Account[]): Promise<void> {
  const request = async (account: Account | undefined, method: string, path: string, body: unknown) =>
    ok(
      await connection.request({ method, path: `/_matrix/client/v3/${path}`, token: account?.token, body }),
      `${method} ${path}`,
    )
  const { room_id } = await request(owner, 'POST', 'createRoom', { preset: 'public_chat' })
  const roomId = encodeURIComponent(String(room_id))
  for (const other of others) await request(other, 'POST', `join/${roomId}`, {})
  for (let n = 0; n < syncing.messages; n++)
    await request(owner, 'PUT', `rooms/${roomId}/send/m.room.message/${n}`, { msgtype: 'm.text', body: `message ${n}` })
}
