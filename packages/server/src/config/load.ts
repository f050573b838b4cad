// Reads the configuration: defaults, then myelin.yaml, then the environment, then flags; the later one wins.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { isServerName } from '@myelin/protocol/identifiers'
import { Check } from 'typebox/value'
import type * as Yaml from 'yaml'
import { profileSettings } from './profile-settings.ts'
import { settingNames, settings, variableOf, type Config, type Setting, type SettingName } from './settings.ts'

/** A mistake in the configuration, worded for the person who made it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

export interface ConfigSources {
  /** Path of the file named by `--config`; without it `myelin.yaml` is read where it exists. */
  readonly file?: string | undefined
  readonly flags?: Readonly<Record<string, unknown>>
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** What holds where nothing is given, in place of the settings' own defaults. */
  readonly defaults?: Partial<Config>
}

/** The whole configuration. Throws `ConfigError` on unknown keys and wrong values. */
export function loadConfig({ file, flags = {}, environment = {}, defaults = {} }: ConfigSources): Config {
  const given: Record<string, unknown> = {}
  for (const [name, value] of fileValues(file)) given[name] = checked(name, value, `${file ?? defaultFile}: ${name}`)
  for (const name of settingNames) {
    const text = environment[variableOf(name)]
    if (text !== undefined) given[name] = checked(name, fromText(settings[name], text), variableOf(name))
    if (flags[name] !== undefined) given[name] = checked(name, fromFlag(settings[name], flags[name]), `--${name}`)
  }
  const fallbacks = Object.fromEntries(settingNames.map((name) => [name, settings[name].default]))
  return requireServerName(secretsFromFiles(underProfile(given, { ...fallbacks, ...defaults, ...given } as Config)))
}

function requireServerName(config: Config): Config {
  if (isServerName(config.serverName)) return config
  throw new ConfigError(`serverName: '${config.serverName}' is not a host name, with or without a port`)
}

/** The configuration with what its profile settles. Throws `ConfigError` where something else was given. */
function underProfile(given: Readonly<Record<string, unknown>>, config: Config): Config {
  const settled = profileSettings[config.profile]
  for (const [name, value] of Object.entries(settled))
    if (name in given && given[name] !== value)
      throw new ConfigError(`${name}: ${String(given[name])} does not go with profile: ${config.profile}`)
  return { ...config, ...settled }
}

const defaultFile = 'myelin.yaml'

/** Keys of the file as dotted setting names: nested maps and dotted keys mean the same. */
function fileValues(file: string | undefined): [SettingName, unknown][] {
  const path = file ?? defaultFile
  if (file === undefined && !existsSync(path)) return []
  const document: unknown = readYaml(path)
  if (document === null || document === undefined) return []
  if (!isMap(document)) throw new ConfigError(`${path}: expected a map of settings`)
  return flatten(document, '').map(([name, value]) => [knownName(name, path), value])
}

/** Loaded where there is a file to read: most servers have none, and hold 3 MB less. */
const loadYaml = () => createRequire(import.meta.url)('yaml') as typeof Yaml

function readYaml(path: string): unknown {
  try {
    return loadYaml().parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new ConfigError(`Cannot read ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const flatten = (map: Record<string, unknown>, prefix: string): [string, unknown][] =>
  Object.entries(map).flatMap(([key, value]) => {
    const name = prefix + key
    return isMap(value) && !(name in settings) ? flatten(value, `${name}.`) : [[name, value] as [string, unknown]]
  })

function knownName(name: string, path: string): SettingName {
  const found = settingNames.find((known) => known === name)
  if (found === undefined) throw new ConfigError(`${path}: unknown setting '${name}'. Did you mean '${nearest(name)}'?`)
  if ((settings[found] as Setting).secret)
    throw new ConfigError(
      `${path}: '${name}' is a secret. Put it into a file and name that in '${name}File', or use ${variableOf(name)}.`,
    )
  return found
}

function nearest(name: string): string {
  const lower = name.toLowerCase()
  const ranked = settingNames.map((known) => ({ known, distance: editDistance(known.toLowerCase(), lower) }))
  return ranked.reduce((best, each) => (each.distance < best.distance ? each : best)).known
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++)
      row[j] = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1))
    previous = row
  }
  return previous[b.length]!
}

function checked(name: SettingName, value: unknown, where: string): unknown {
  const setting: Setting = settings[name]
  const candidate = normal(setting, value)
  if (!Check(setting.schema, candidate))
    throw new ConfigError(
      `${where}: ${JSON.stringify(value)} is not valid here. Expected ${setting.argument ?? 'text'}. ${setting.doc}`,
    )
  return candidate
}

/** YAML's lenient spellings: one value where a list is expected, `off` and `on` as booleans. */
function normal(setting: Setting, value: unknown): unknown {
  if (Array.isArray(setting.default)) return Array.isArray(value) ? value : [value]
  if (typeof value === 'boolean' && typeof setting.default === 'string') return value ? 'on' : 'off'
  return value
}

function fromText({ default: fallback }: Setting, text: string): unknown {
  if (Array.isArray(fallback))
    return text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
  if (typeof fallback === 'number') return /^[0-9]+$/.test(text) ? Number(text) : text
  if (typeof fallback === 'boolean')
    return text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : text
  if (isMap(fallback))
    return Object.fromEntries(
      text
        .split(',')
        .filter(Boolean)
        .map((pair) => pair.trim().split(/=(.*)/s).slice(0, 2)),
    )
  return text
}

const fromFlag = (setting: Setting, value: unknown): unknown =>
  typeof value === 'string'
    ? fromText(setting, value)
    : Array.isArray(value)
      ? value.flatMap((each) => fromText(setting, String(each)))
      : value

function secretsFromFiles(config: Config): Config {
  const file = config.registrationSharedSecretFile
  if (file === '' || config.registrationSharedSecret !== '') return config
  try {
    return { ...config, registrationSharedSecret: readFileSync(file, 'utf8').trim() }
  } catch (cause) {
    throw new ConfigError(`Cannot read registrationSharedSecretFile ${file}`, { cause })
  }
}
