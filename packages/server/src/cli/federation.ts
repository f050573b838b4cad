// `myelin federation`: what waits for other servers, and why.
import type { Config } from '../config/settings.ts'
import { callRunning } from './operator-client.ts'

const path = '/_myelin/admin/v1/federation/destinations'
const needed = 'what waits for other servers is known to a running server'

type Fields = Readonly<Record<string, unknown>>

/** Prints the servers that something waits for, those furthest behind first. */
export async function listDestinations(config: Config): Promise<number> {
  const { destinations } = await callRunning(config.data, { method: 'GET', path }, needed)
  const columns = ['server', 'lag', 'queued', 'failures', 'next try', 'last success']
  const rows = (destinations as readonly Fields[]).map(rowOf)
  for (const row of rows.length === 0 ? [['Nothing waits for any server.']] : [columns, ...rows])
    console.log(row.join('  '))
  return 0
}

const rowOf = (each: Fields): readonly string[] => [
  String(each['server_name']),
  String(each['lag']),
  `${String(each['queued_pdus'])}+${String(each['queued_edus'])}`,
  String(each['failures']),
  timeOf(each['next_try_ts']),
  timeOf(each['last_success_ts']),
]

/** Prints how it stands with one server. */
export async function showDestination(config: Config, serverName: string): Promise<number> {
  const status = await callRunning(
    config.data,
    { method: 'GET', path: `${path}/${encodeURIComponent(serverName)}` },
    needed,
  )
  for (const [name, value] of Object.entries(status))
    console.log(`${name}: ${name.endsWith('_ts') ? timeOf(value) : String(value)}`)
  return 0
}

/** Makes the server try another again. */
export async function retryDestination(config: Config, serverName: string): Promise<number> {
  const retry = `${path}/${encodeURIComponent(serverName)}/retry`
  await callRunning(config.data, { method: 'POST', path: retry, body: {} }, needed)
  return showDestination(config, serverName)
}

const timeOf = (ts: unknown): string => (typeof ts === 'number' && ts > 0 ? new Date(ts).toISOString() : 'never')
