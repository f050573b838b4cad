// The key on the command line of ci-server: KEY_NAME,KEY_PATH.
import { statSync } from 'node:fs'
import { ConfigError } from '../config/load.ts'
import { useKey } from '../config/signing-keys.ts'

/** Takes the key into use in the data folder. Throws ConfigError for what is no key, or no secret. */
export function useCiKey(data: string, text: string): void {
  useKey(data, requireCiKey(text), Date.now())
}

/** The key that the text names. Throws ConfigError. */
export function requireCiKey(text: string): { name: string; path: string } {
  const [, name, path] = /^([^,]+),(.+)$/.exec(text) ?? []
  if (name === undefined || path === undefined) throw new ConfigError(`'${text}' is not KEY_NAME,KEY_PATH`)
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found?.isFile())
    throw new ConfigError(`There is no key at ${path}. Make one: openssl genpkey -algorithm Ed25519 -out ${path}`)
  if (process.platform !== 'win32' && (found.mode & 0o004) !== 0)
    throw new ConfigError(`Everybody on this machine can read the key ${path}. Keep it private: chmod 600 ${path}`)
  return { name, path }
}
