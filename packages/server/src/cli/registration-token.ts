// `myelin registration-token`: what somebody must know to register on a server with `registration: token`.
import { ConfigError } from '../config/load.ts'
import type { Config } from '../config/settings.ts'
import { callRunning, type OperatorCall } from './operator-client.ts'

const path = '/_myelin/admin/v1/registration-tokens'
const dayMs = 24 * 60 * 60 * 1000

interface AddOptions {
  readonly token?: string
  readonly uses?: string
  readonly days?: string
}

export async function addRegistrationToken(config: Config, { token, uses, days }: AddOptions): Promise<number> {
  const body = {
    ...(token !== undefined && { token }),
    ...(uses !== undefined && { uses_allowed: positive(uses, '--uses') }),
    ...(days !== undefined && { expiry_time: Date.now() + positive(days, '--days') * dayMs }),
  }
  console.log((await running(config, { method: 'POST', path, body }))['token'])
  return 0
}

export async function listRegistrationTokens(config: Config): Promise<number> {
  const { registration_tokens: tokens } = await running(config, { method: 'GET', path })
  console.table(tokens)
  return 0
}

export async function deleteRegistrationToken(config: Config, token: string): Promise<number> {
  await running(config, { method: 'DELETE', path: `${path}/${encodeURIComponent(token)}` })
  return 0
}

function positive(text: string, option: string): number {
  if (!/^[1-9][0-9]{0,8}$/.test(text)) throw new ConfigError(`${option} takes a whole number above 0`)
  return Number(text)
}

const running = (config: Config, call: OperatorCall): Promise<Record<string, unknown>> =>
  callRunning(config.data, call, 'registration tokens are its own')
