// Keys of users as their clients would make them, signed for real; and devices that nobody needs to talk through.
import { encodeBase64 } from '@myelin/algorithms/base64'
import type { JsonObject } from '@myelin/algorithms/json'
import { signingKeyFromSeed, signJson, type SigningKey } from '@myelin/algorithms/signatures'
import { call, ok, type Reply, User } from './api.ts'

/** Another device of a user. */
export async function login(baseUrl: string, name: string, deviceId: string): Promise<User> {
  const body = {
    type: 'm.login.password',
    identifier: { type: 'm.id.user', user: name },
    password: `${name} password`,
    device_id: deviceId,
  }
  return new User(baseUrl, await ok(call(baseUrl, '/_matrix/client/v3/login', { body })))
}

/** The first answer of /sync from `since` on that is as wanted. */
export async function syncUntil(
  user: User,
  since: string,
  isWanted: (answer: Reply['body']) => boolean,
): Promise<Reply['body']> {
  for (let from = since; ;) {
    const answer = await user.sync({ since: from, timeout: '20000' })
    if (isWanted(answer)) return answer
    from = answer.next_batch
  }
}

/** Identity keys of the user's device. */
export const deviceKeys = ({ userId, deviceId }: Pick<User, 'userId' | 'deviceId'>) => ({
  user_id: userId,
  device_id: deviceId,
  algorithms: ['m.olm.v1.curve25519-aes-sha2', 'm.megolm.v1.aes-sha2'],
  keys: { [`curve25519:${deviceId}`]: `curve of ${deviceId}`, [`ed25519:${deviceId}`]: `ed of ${deviceId}` },
  signatures: { [userId]: { [`ed25519:${deviceId}`]: 'signature' } },
})

/** Signed keys `signed_curve25519:PREFIX0`, `…1` and so on. */
export const oneTimeKeys = (prefix: string, count: number): Record<string, JsonObject> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, n) => [
      `signed_curve25519:${prefix}${n}`,
      { key: `${prefix} ${n}`, signatures: { '@someone:somewhere': { 'ed25519:DEVICE': 'signature' } } },
    ]),
  )

/** A user with cross-signing keys; another `seed` makes others. */
export class SigningUser {
  readonly upload: Record<'master_key' | 'self_signing_key' | 'user_signing_key', JsonObject>
  /** The public master key. */
  readonly masterKey: string
  readonly #userId: string
  readonly #selfSigning: SigningKey
  readonly #userSigning: SigningKey

  constructor(userId: string, seed: number) {
    this.#userId = userId
    const master = keyFrom(seed * 3)
    this.#selfSigning = keyFrom(seed * 3 + 1)
    this.#userSigning = keyFrom(seed * 3 + 2)
    this.masterKey = master.keyId.slice('ed25519:'.length)
    this.upload = {
      master_key: objectOf(userId, 'master', master),
      self_signing_key: signJson(objectOf(userId, 'self_signing', this.#selfSigning), userId, master),
      user_signing_key: signJson(objectOf(userId, 'user_signing', this.#userSigning), userId, master),
    }
  }

  signWithSelfSigning(keys: JsonObject) {
    return signJson(keys, this.#userId, this.#selfSigning)
  }
  signWithUserSigning(keys: JsonObject) {
    return signJson(keys, this.#userId, this.#userSigning)
  }
}

/** A key that is named by its public part, as cross-signing keys are. */
function keyFrom(seed: number): SigningKey {
  const key = signingKeyFromSeed('ed25519:any', new Uint8Array(32).fill(seed))
  return { ...key, keyId: `ed25519:${encodeBase64(key.publicKey)}` }
}

const objectOf = (userId: string, usage: string, { keyId }: SigningKey): JsonObject => ({
  user_id: userId,
  usage: [usage],
  keys: { [keyId]: keyId.slice('ed25519:'.length) },
})
