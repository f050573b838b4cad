// `myelin-notify encryption setup`: makes the account one that can speak in encrypted rooms, once.
import { writeFileSync } from 'node:fs'
import { hasIdentity } from '../encryption/identity.ts'
import { newRecoveryKey, recoveryKeyText } from '../encryption/recovery-key.ts'
import { RoomEncryption } from '../encryption/room-encryption.ts'
import { NotifierError } from '../failure.ts'
import { sessionFor } from './connect.ts'
import { accountOf } from './credentials.ts'
import type { ConnectionFlags } from './options.ts'
import type { Output } from './output.ts'

/** Makes cross-signing keys, keeps them in the account's data, and writes the key that opens them to a new file. */
export async function setUpEncryption(flags: ConnectionFlags, output: Output): Promise<number> {
  const { recoveryKeyFile: file, ...rest } = flags
  if (file === undefined) throw new NotifierError('usage', 'Where to keep the recovery key? Give --recovery-key-file')
  const account = accountOf(flags)
  const { credentials } = account
  if (!('password' in credentials)) throw new NotifierError('usage', 'It needs --user and --password-file')
  output.hide(credentials.password)
  const recoveryKey = newRecoveryKey()
  await sessionFor(account, rest).use(async (homeserver) => {
    if (await hasIdentity(homeserver))
      throw new NotifierError('usage', 'The account has cross-signing keys already: use its recovery key')
    writeKey(file, recoveryKeyText(recoveryKey))
    await RoomEncryption.setUp(homeserver, { recoveryKey, password: credentials.password })
  })
  output.say(`The account can speak in encrypted rooms. Its recovery key is in ${file}: keep it.`, { file })
  return 0
}

function writeKey(file: string, text: string): void {
  try {
    writeFileSync(file, `${text}\n`, { mode: 0o600, flag: 'wx' })
  } catch (cause) {
    throw new NotifierError(
      'usage',
      `Cannot write ${file}: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause,
      },
    )
  }
}
