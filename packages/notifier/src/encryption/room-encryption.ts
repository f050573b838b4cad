// Encrypts what is said in rooms: the key of each room goes to the devices of its members, and what is said is encrypted
// with it. One device for a run; it ends with the login.
import { getMembersByRoom } from '@myelin/protocol/client-server/rooms'
import type { EncryptionSettings, OlmMachine } from '@matrix-org/matrix-sdk-crypto-wasm'
import type { Content, Homeserver } from '../homeserver.ts'
import { isContent } from '../message-content.ts'
import { makeIdentity, takeIdentity } from './identity.ts'
import { loadLibrary, sendOutgoing, sendRequest, type KeyRequest, type Library } from './machine.ts'
import { sealed, unsealed } from './sealed-memory.ts'

/** Memberships of those who may read what is said. */
const isPresent: ReadonlySet<unknown> = new Set(['join', 'invite'])

/** Members are asked for again after so long. */
const membersKnownMs = 5000

interface Members {
  readonly untilMs: number
  readonly userIds: Promise<readonly string[]>
}

export class RoomEncryption {
  readonly #homeserver: Homeserver
  readonly #machine: OlmMachine
  readonly #library: Library
  readonly #recoveryKey: Uint8Array
  readonly #members = new Map<string, Members>()
  /** The library's requests are sent in its order. */
  #last: Promise<unknown> = Promise.resolve()

  private constructor(homeserver: Homeserver, parts: Parts) {
    this.#homeserver = homeserver
    this.#machine = parts.machine
    this.#library = parts.library
    this.#recoveryKey = parts.recoveryKey
  }

  /** A new device, signed by the account. Throws `NotifierError` of kind `encrypted` when that cannot be. */
  static async open(homeserver: Homeserver, recoveryKey: Uint8Array): Promise<RoomEncryption> {
    const parts = await newDevice(homeserver, recoveryKey)
    await takeIdentity(homeserver, parts, recoveryKey)
    return new RoomEncryption(homeserver, parts)
  }

  /** Makes the account's identity, under a new recovery key. */
  static async setUp(homeserver: Homeserver, secrets: Parameters<typeof makeIdentity>[2]): Promise<void> {
    await makeIdentity(homeserver, await newDevice(homeserver, secrets.recoveryKey), secrets)
  }

  /** The content of the `m.room.encrypted` that says this. Relations stay readable, as the specification has it. */
  encrypt(roomId: string, { type, content }: { readonly type: string; readonly content: Content }): Promise<Content> {
    return this.#inTurn(async () => {
      await this.#shareKey(roomId)
      const { RoomId } = this.#library
      const text = await this.#machine.encryptRoomEvent(new RoomId(roomId), type, JSON.stringify(content))
      const encrypted: unknown = JSON.parse(text)
      const relation = content['m.relates_to']
      return {
        ...(isContent(encrypted) ? encrypted : {}),
        ...(relation === undefined ? {} : { 'm.relates_to': relation }),
        ...sealed(this.#recoveryKey, content),
      }
    })
  }

  /** What an encrypted message of this account holds for later runs. */
  remembered(content: Content): Content {
    const relation = content['m.relates_to']
    return { ...unsealed(this.#recoveryKey, content), ...(relation === undefined ? {} : { 'm.relates_to': relation }) }
  }

  /** Encrypts a file: its bytes to upload, and the `file` by which readers open it, to which its `url` is added. */
  encryptFile(bytes: Uint8Array): { readonly bytes: Uint8Array; readonly file: Content } {
    const attachment = this.#library.Attachment.encrypt(bytes)
    const file: unknown = JSON.parse(attachment.mediaEncryptionInfo ?? '{}')
    return { bytes: attachment.encryptedData, file: isContent(file) ? file : {} }
  }

  async #shareKey(roomId: string): Promise<void> {
    const { UserId, RoomId } = this.#library
    const members = await this.#membersOf(roomId)
    const users = () => members.map((userId) => new UserId(userId)) // the library takes them away
    await this.#machine.updateTrackedUsers(users())
    await sendOutgoing(this.#homeserver, this.#machine, this.#library)
    const claim = await this.#machine.getMissingSessions(users())
    if (claim) await this.#send(claim)
    const settings = await this.#settingsOf(roomId)
    for (const request of await this.#machine.shareRoomKey(new RoomId(roomId), users(), settings))
      await this.#send(request)
  }

  #send(request: KeyRequest): Promise<void> {
    return sendRequest(this.#homeserver, { machine: this.#machine, library: this.#library, request })
  }

  #membersOf(roomId: string): Promise<readonly string[]> {
    const known = this.#members.get(roomId)
    if (known !== undefined && performance.now() < known.untilMs) return known.userIds
    const userIds = this.#homeserver
      .call(getMembersByRoom, { roomId, not_membership: 'leave' })
      .then(({ chunk = [] }) =>
        chunk.flatMap(({ state_key: userId, content }) =>
          userId !== undefined && isPresent.has(content.membership) ? [userId] : [],
        ),
      )
    this.#members.set(roomId, { userIds, untilMs: performance.now() + membersKnownMs })
    return userIds
  }

  async #settingsOf(roomId: string): Promise<EncryptionSettings> {
    const { EncryptionSettings, CollectStrategy, HistoryVisibility } = this.#library
    const visibility = (await this.#homeserver.state(roomId, 'm.room.history_visibility'))?.['history_visibility']
    const settings = new EncryptionSettings()
    settings.sharingStrategy = CollectStrategy.allDevices()
    settings.historyVisibility =
      visibility === 'world_readable'
        ? HistoryVisibility.WorldReadable
        : visibility === 'invited'
          ? HistoryVisibility.Invited
          : visibility === 'joined'
            ? HistoryVisibility.Joined
            : HistoryVisibility.Shared
    return settings
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work, work)
    this.#last = result.catch(() => undefined)
    return result
  }
}

interface Parts {
  readonly machine: OlmMachine
  readonly library: Library
  readonly recoveryKey: Uint8Array
}

async function newDevice(homeserver: Homeserver, recoveryKey: Uint8Array): Promise<Parts> {
  const library = await loadLibrary()
  const { OlmMachine: Machine, UserId, DeviceId } = library
  const { userId, deviceId } = homeserver
  if (deviceId === undefined) throw new Error('a login has a device')
  const machine = await Machine.initialize(new UserId(userId), new DeviceId(deviceId))
  return { machine, library, recoveryKey }
}
