// `myelin join`: joins of rooms of other servers that are under way.
import type { Config } from '../config/settings.ts'
import { callRunning } from './operator-client.ts'

const path = '/_myelin/admin/v1/joins'
const needed = 'joins are the work of a running server'

export async function listJoins(config: Config): Promise<number> {
  const { joins } = await callRunning(config.data, { method: 'GET', path }, needed)
  console.table(joins)
  return 0
}

export async function cancelJoin(config: Config, roomId: string): Promise<number> {
  await callRunning(config.data, { method: 'DELETE', path: `${path}/${encodeURIComponent(roomId)}` }, needed)
  return 0
}
