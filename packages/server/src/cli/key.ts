// `myelin key`: look at, replace and import signing keys.
import { mkdirSync } from 'node:fs'
import { importKey, loadSigningKeys, publicKeyOf, retireKey, rotateKey } from '../config/signing-keys.ts'
import { systemEnvironment, randomString } from '../environment.ts'
import type { Config } from '../config/settings.ts'
import { lockFolder } from '../store/sqlite/folder-lock.ts'

export async function listKeys(config: Config): Promise<number> {
  const { active, old } = loadSigningKeys(config.data, () => randomString(systemEnvironment, 6))
  console.log(`${active.keyId}  ${publicKeyOf(active.pem)}  active`)
  for (const [keyId, { key, expired_ts }] of Object.entries(old))
    console.log(`${keyId}  ${key}  retired ${new Date(expired_ts).toISOString()}`)
  return 0
}

export async function rotate(config: Config, name: string): Promise<number> {
  whileStopped(config, () => rotateKey(config.data, name, systemEnvironment.now()))
  return listKeys(config)
}

export async function retire(config: Config, name: string): Promise<number> {
  whileStopped(config, () => retireKey(config.data, name, systemEnvironment.now()))
  return listKeys(config)
}

export async function importFrom(config: Config, source: { name: string; file: string }): Promise<number> {
  whileStopped(config, () => importKey(config.data, { name: source.name, path: source.file }, systemEnvironment.now()))
  return listKeys(config)
}

/** A running server would go on to sign with the key that has retired, and others would not believe it. */
function whileStopped({ data }: Config, change: () => void): void {
  mkdirSync(data, { recursive: true })
  const unlock = lockFolder(data)
  try {
    change()
  } finally {
    unlock()
  }
}
