// `myelin key`: look at, replace and import signing keys.
import { importKey, loadSigningKeys, publicKeyOf, rotateKey } from '../config/signing-keys.ts'
import { systemEnvironment, randomString } from '../environment.ts'
import type { Config } from '../config/settings.ts'

export async function listKeys(config: Config): Promise<number> {
  const { active, old } = loadSigningKeys(config.data, () => randomString(systemEnvironment, 6))
  console.log(`${active.keyId}  ${publicKeyOf(active.pem)}  active`)
  for (const [keyId, { key, expired_ts }] of Object.entries(old))
    console.log(`${keyId}  ${key}  retired ${new Date(expired_ts).toISOString()}`)
  return 0
}

export async function rotate(config: Config, name: string): Promise<number> {
  rotateKey(config.data, name, systemEnvironment.now())
  return listKeys(config)
}

export async function importFrom(config: Config, source: { name: string; file: string }): Promise<number> {
  importKey(config.data, { name: source.name, path: source.file }, systemEnvironment.now())
  return listKeys(config)
}
