// `myelin media`: what an operator does with files, at the running server.
import { parseMxc } from '@myelin/protocol/identifiers'
import { ConfigError } from '../config/load.ts'
import type { Config } from '../config/settings.ts'
import { callOperatorSocket, type OperatorCall } from './operator-client.ts'

const dayMs = 24 * 60 * 60 * 1000

/** Deletes what a content URI stands for. */
export async function deleteMedia(config: Config, uri: string): Promise<number> {
  await running(config, { method: 'DELETE', path: pathOf(uri) })
  console.log(`${uri} is deleted.`)
  return 0
}

/** Puts a file into quarantine, or takes it out. */
export async function quarantineMedia(config: Config, uri: string, options: { release?: boolean }): Promise<number> {
  const path = `${pathOf(uri)}/quarantine`
  await running(config, options.release ? { method: 'DELETE', path } : { method: 'PUT', path, body: {} })
  console.log(options.release ? `${uri} is served again.` : `${uri} is served to nobody any more.`)
  return 0
}

/** Forgets files of other servers that nobody has asked for in so many days. */
export async function purgeRemoteMedia(config: Config, options: { days: string }): Promise<number> {
  if (!/^[0-9]{1,5}$/.test(options.days)) throw new ConfigError('--days takes a whole number')
  const body = { before_ts: Date.now() - Number(options.days) * dayMs }
  const path = '/_myelin/admin/v1/purge-remote-media'
  const { files, bytes } = await running(config, { method: 'POST', path, body })
  console.log(`${files} files of other servers are gone, ${bytes} bytes.`)
  return 0
}

function pathOf(uri: string): string {
  const parts = parseMxc(uri)
  if (parts === undefined) throw new ConfigError(`${uri} is no content URI: mxc://SERVER/ID`)
  return `/_myelin/admin/v1/media/${encodeURIComponent(parts.serverName)}/${parts.mediaId}`
}

async function running(config: Config, call: OperatorCall): Promise<Record<string, unknown>> {
  const answer = await callOperatorSocket(config.data, call)
  if (!answer) throw new ConfigError(`No server runs on ${config.data}. Start it first.`)
  return answer
}
