// The server's signing keys as files: `keys/NAME.pem` is the key `ed25519:NAME`, PKCS#8; retired keys keep their public
// half in `keys/old_verify_keys.json`, in the form in which they are published.
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from './load.ts'

export interface StoredKey {
  /** `ed25519:NAME` */
  readonly keyId: `ed25519:${string}`
  /** PKCS#8 PEM. */
  readonly pem: string
}

/** https://spec.matrix.org/v1.19/server-server-api/#publishing-keys */
export type OldVerifyKeys = Readonly<Record<string, { readonly key: string; readonly expired_ts: number }>>

export interface SigningKeys {
  readonly active: StoredKey
  readonly old: OldVerifyKeys
}

const namePattern = /^[a-zA-Z0-9_]+$/
const folderOf = (data: string) => join(data, 'keys')
const oldFile = (data: string) => join(folderOf(data), 'old_verify_keys.json')

/** The keys in the data folder; makes the first one when there is none. `newName` names it: letters, digits, underscores. */
export function loadSigningKeys(data: string, newName: () => string): SigningKeys {
  mkdirSync(folderOf(data), { recursive: true, mode: 0o700 })
  const names = activeNames(data)
  if (names.length > 1)
    throw new ConfigError(
      `${folderOf(data)} holds several signing keys (${names.join(', ')}). Retire all but one: myelin key retire NAME`,
    )
  const name = names[0] ?? generateKey(data, newName())
  return { active: readKey(data, name), old: readOldKeys(data) }
}

const activeNames = (data: string) =>
  readdirSync(folderOf(data)).flatMap((file) => (file.endsWith('.pem') ? [file.slice(0, -4)] : []))

/** The key with which this server signs as a policy server, PKCS#8 PEM; made when there is none. Not one of the others. */
export function loadPolicyServerKey(data: string): string {
  const path = join(folderOf(data), 'policy_server.key')
  if (!existsSync(path)) writeFileSync(path, newPem(), { mode: 0o600, flag: 'wx' })
  const pem = readFileSync(path, 'utf8')
  privateKey(pem, path)
  return pem
}

export function readOldKeys(data: string): OldVerifyKeys {
  return existsSync(oldFile(data)) ? (JSON.parse(readFileSync(oldFile(data), 'utf8')) as OldVerifyKeys) : {}
}

function readKey(data: string, name: string): StoredKey {
  const path = join(folderOf(data), `${name}.pem`)
  const pem = readFileSync(path, 'utf8')
  privateKey(pem, path)
  return { keyId: `ed25519:${name}`, pem }
}

function privateKey(pem: string, path: string): KeyObject {
  try {
    const key = createPrivateKey(pem)
    if (key.asymmetricKeyType === 'ed25519') return key
    throw new Error(`it is a ${key.asymmetricKeyType} key`)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ConfigError(
      `${path} is not an Ed25519 key in PKCS#8 PEM (openssl genpkey -algorithm Ed25519): ${reason}`,
      { cause },
    )
  }
}

function generateKey(data: string, name: string): string {
  writeKey(data, name, newPem())
  return name
}

const newPem = () => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

function writeKey(data: string, name: string, pem: string): void {
  if (!namePattern.test(name))
    throw new ConfigError(`'${name}' cannot name a key: letters, digits and underscores only`)
  if (name === 'policy_server') throw new ConfigError(`'${name}' is the name of every policy server's key`)
  writeFileSync(join(folderOf(data), `${name}.pem`), pem, { mode: 0o600, flag: 'wx' })
}

/** Takes the key from a PEM file into use as `ed25519:NAME`; the key before it retires at `now` (ms since the epoch). */
export function importKey(data: string, source: { name: string; path: string }, now: number): void {
  const pem = readFileSync(source.path, 'utf8')
  privateKey(pem, source.path)
  mkdirSync(folderOf(data), { recursive: true, mode: 0o700 })
  const before = activeNames(data)
  writeKey(data, source.name, pem)
  for (const name of before) retireKey(data, name, now)
}

/** Sees to it that the key from a PEM file is the active one, under the name `ed25519:NAME`; another one retires. */
export function useKey(data: string, source: { name: string; path: string }, now: number): void {
  const path = join(folderOf(data), `${source.name}.pem`)
  if (existsSync(`${path}.retired`))
    throw new ConfigError(`The key ed25519:${source.name} was retired; a name is not used twice. Give the key another.`)
  if (!existsSync(path)) return importKey(data, source, now)
  if (publicKeyOf(readFileSync(path, 'utf8')) !== publicKeyOf(readFileSync(source.path, 'utf8')))
    throw new ConfigError(
      `${path} is another key of the name ed25519:${source.name} than ${source.path}. Give the new key a name of its own.`,
    )
}

/** Makes a new key `ed25519:NAME`; the key before it retires. */
export function rotateKey(data: string, name: string, now: number): void {
  mkdirSync(folderOf(data), { recursive: true, mode: 0o700 })
  const before = activeNames(data)
  generateKey(data, name)
  for (const each of before) retireKey(data, each, now)
}

/** Stops signing with the key; its public half stays published so that old events can be verified. */
export function retireKey(data: string, name: string, now: number): void {
  const path = join(folderOf(data), `${name}.pem`)
  const old = {
    ...readOldKeys(data),
    [`ed25519:${name}`]: { key: publicKeyOf(readFileSync(path, 'utf8')), expired_ts: now },
  }
  keepOldKeys(data, old)
  renameSync(path, `${path}.retired`)
}

/** Publishes these as the keys that signed before. */
export function keepOldKeys(data: string, old: OldVerifyKeys): void {
  writeFileSync(oldFile(data), `${JSON.stringify(old, undefined, 2)}\n`, { mode: 0o600 })
}

/** The raw public key of a private one, unpadded base64. */
export function publicKeyOf(pem: string): string {
  const { x = '' } = createPublicKey(createPrivateKey(pem)).export({ format: 'jwk' })
  return Buffer.from(x, 'base64url').toString('base64').replace(/=+$/, '')
}
