// Encryption on a real store, with users and devices that have accounts of their own.
import { signingKeyFromSeed } from '@myelin/algorithms/signatures'
import { systemEnvironment } from '../../environment.ts'
import { noHooks } from '../../rooms/context.ts'
import { createRooms, type Rooms } from '../../rooms/rooms.ts'
import { insertDevice } from '../../store/devices.ts'
import type { Store } from '../../store/store.ts'
import { openTestStore } from '../../store/testing/open-store.ts'
import { Users } from '../../store/users.ts'
import type { KeyOwner } from '../context.ts'
import { createEncryption, type Encryption } from '../encryption.ts'

const serverName = 'example.org'
const signingKey = signingKeyFromSeed('ed25519:test', new Uint8Array(32).fill(7))

export interface TestEncryption extends AsyncDisposable {
  readonly store: Store
  readonly rooms: Rooms
  readonly encryption: Encryption
  /** A device of a local user, both made when they are not there yet. */
  device(localpart: string, deviceId: string): Promise<KeyOwner>
}

/** Opens everything; with a folder it is there again when opened once more. */
export async function openTestEncryption(options: { folder?: string } = {}): Promise<TestEncryption> {
  const store = await openTestStore(options)
  const users = new Users(store)
  const config = { serverName, signingKey }
  const rooms = createRooms({ store, users, environment: systemEnvironment, config, hooks: noHooks })
  const encryption = await createEncryption({ rooms: rooms.context })
  return {
    store,
    rooms,
    encryption,
    device: async (localpart, deviceId) => {
      const userId = `@${localpart}:${serverName}`
      const userNid = await users.intern(userId)
      const nid = store.nextNid('devices')
      const rest = { displayName: undefined, nowMs: 0, ip: undefined, agent: undefined }
      await store.write((w) => insertDevice(w, { nid, userNid, deviceId, ...rest }))
      return { userId, userNid, deviceId, deviceNid: nid }
    },
    [Symbol.asyncDispose]: async () => {
      await encryption[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
    },
  }
}
