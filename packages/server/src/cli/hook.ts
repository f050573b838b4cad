// `myelin hook`: webhooks of the running server.
import { readFileSync } from 'node:fs'
import { ConfigError } from '../config/load.ts'
import type { Config } from '../config/settings.ts'
import { durationOf } from '../webhooks/duration.ts'
import { callOperatorSocket, type OperatorCall } from './operator-client.ts'

const root = '/_myelin/admin/v1/webhooks'

export interface HookOptions {
  readonly room?: readonly string[]
  readonly topic?: readonly string[]
  readonly branch?: readonly string[]
  readonly status?: readonly string[]
  readonly onlyChanges?: boolean
  readonly templateFile?: string
  readonly secretFile?: string
  readonly unsigned?: boolean
}

interface Hook {
  readonly hook_id: string
  readonly name: string
  readonly address: string
  readonly signed: boolean
  readonly rooms: readonly string[]
  readonly muted_until: number
}

export async function addHook(config: Config, name: string, options: HookOptions): Promise<number> {
  const body = { name, rooms: options.room ?? [], wishes: wishesOf(options), ...secretOf(options) }
  const answer = await running(config, { method: 'POST', path: root, body })
  const { address } = answer['webhook'] as Hook
  console.log(
    `Address: ${address}${config.publicBaseUrl === '' ? '  (below the address of this server: see publicBaseUrl)' : ''}`,
  )
  console.log(answer['secret'] === null ? 'No secret: keep the address to yourself.' : `Secret: ${answer['secret']}`)
  return 0
}

const wishesOf = ({ topic, branch, status, onlyChanges, templateFile }: HookOptions) => ({
  ...(topic && { topics: topic }),
  ...(branch && { branches: branch }),
  ...(status && { statuses: status }),
  ...(onlyChanges && { only_changes: true }),
  ...(templateFile !== undefined && { template: readFileSync(templateFile, 'utf8') }),
})

function secretOf({ secretFile, unsigned }: HookOptions): { secret?: string | null } {
  if (unsigned && secretFile !== undefined) throw new ConfigError('Give either --unsigned or --secret-file')
  if (unsigned) return { secret: null }
  return secretFile === undefined ? {} : { secret: readFileSync(secretFile, 'utf8').split('\n', 1)[0]?.trim() ?? '' }
}

export async function listHooks(config: Config): Promise<number> {
  const hooks = await hooksOf(config)
  console.table(
    hooks.map(({ name, hook_id: id, signed, rooms, muted_until: muted }) => ({
      name,
      id,
      signed,
      rooms: rooms.join(' '),
      muted: muted > Date.now() ? new Date(muted).toISOString() : '',
    })),
  )
  return 0
}

export async function showHook(config: Config, name: string): Promise<number> {
  const { hook_id: id } = await hookNamed(config, name)
  console.log(JSON.stringify(await running(config, { method: 'GET', path: `${root}/${id}` }), undefined, 2))
  return 0
}

/** Changes what is told where; what no option speaks of stays. */
export async function changeHook(config: Config, name: string, options: HookOptions): Promise<number> {
  const { hook_id: id } = await hookNamed(config, name)
  const wishes = wishesOf(options)
  const body = {
    ...(options.room && { rooms: options.room }),
    ...(Object.keys(wishes).length > 0 && { wishes }),
    ...secretOf(options),
  }
  await running(config, { method: 'PUT', path: `${root}/${id}`, body })
  return 0
}

export async function muteHook(config: Config, name: string, duration: string): Promise<number> {
  const durationMs = duration === 'off' ? 0 : durationOf(duration)
  if (durationMs === undefined) throw new ConfigError('A time to be silent is such as 30m, 2h or 3d, or off')
  const { hook_id: id } = await hookNamed(config, name)
  const body = { muted_until: durationMs === 0 ? 0 : Date.now() + durationMs }
  await running(config, { method: 'PUT', path: `${root}/${id}`, body })
  return 0
}

export async function testHook(config: Config, name: string): Promise<number> {
  const { hook_id: id } = await hookNamed(config, name)
  await running(config, { method: 'POST', path: `${root}/${id}/test`, body: {} })
  return 0
}

export async function deleteHook(config: Config, name: string): Promise<number> {
  const { hook_id: id } = await hookNamed(config, name)
  await running(config, { method: 'DELETE', path: `${root}/${id}` })
  return 0
}

const hooksOf = async (config: Config) =>
  (await running(config, { method: 'GET', path: root }))['webhooks'] as readonly Hook[]

/** A hook by its name or id. */
async function hookNamed(config: Config, name: string): Promise<Hook> {
  const found = (await hooksOf(config)).filter((hook) => hook.name === name || hook.hook_id === name)
  const [hook] = found
  if (hook === undefined) throw new ConfigError(`There is no hook ${name}; see \`myelin hook list\``)
  if (found.length > 1) throw new ConfigError(`${found.length} hooks are called ${name}: give the id instead`)
  return hook
}

async function running(config: Config, call: OperatorCall): Promise<Record<string, unknown>> {
  const answer = await callOperatorSocket(config.data, call)
  if (!answer) throw new ConfigError(`No server runs on ${config.data}. Start it first: hooks are its own.`)
  return answer
}
