// In an encrypted room the messages of the account are its memory too: what is for later runs travels beside the encrypted
// text, sealed so that only who has the account's recovery key reads it.
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { isContent } from '../message-content.ts'
import type { Content } from '../homeserver.ts'

const sealedField = 'dev.myelin.sealed'
const isMemory = (name: string) => name.startsWith('dev.myelin.')

const sealingKey = (recoveryKey: Uint8Array): Buffer =>
  Buffer.from(hkdfSync('sha256', recoveryKey, new Uint8Array(0), 'dev.myelin.sealed', 32))

/** What of a message's content later runs look for, sealed, to stand beside the encrypted content. */
export function sealed(recoveryKey: Uint8Array, content: Content): Content {
  const memory = Object.fromEntries(Object.entries(content).filter(([name]) => isMemory(name)))
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', sealingKey(recoveryKey), iv)
  const text = Buffer.concat([cipher.update(JSON.stringify(memory), 'utf8'), cipher.final()])
  return { [sealedField]: Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64') }
}

/** What an encrypted message of this account holds for later runs; nothing when it cannot be opened. */
export function unsealed(recoveryKey: Uint8Array, content: Content): Content {
  const text = content[sealedField]
  if (typeof text !== 'string') return {}
  const bytes = Buffer.from(text, 'base64')
  try {
    const decipher = createDecipheriv('aes-256-gcm', sealingKey(recoveryKey), bytes.subarray(0, 12))
    decipher.setAuthTag(bytes.subarray(12, 28))
    const opened = Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
    const memory: unknown = JSON.parse(opened)
    return isContent(memory) ? Object.fromEntries(Object.entries(memory).filter(([name]) => isMemory(name))) : {}
  } catch {
    return {} // made with another key
  }
}
