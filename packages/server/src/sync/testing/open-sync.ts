// A server's rooms, ephemeral things, push and sync on a real store, with users that act and sync.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { signingKeyFromSeed } from '@myelin/algorithms/signatures'
import { systemEnvironment } from '../../environment.ts'
import { createEncryption, type Encryption } from '../../encryption/encryption.ts'
import { createEphemeral, type Ephemeral } from '../../ephemeral/ephemeral.ts'
import { createPush, type Push } from '../../push/push.ts'
import { noHooks } from '../../rooms/context.ts'
import { createRooms, type Rooms } from '../../rooms/rooms.ts'
import { setAccountData } from '../../store/account-data.ts'
import type { Store } from '../../store/store.ts'
import { openTestStore } from '../../store/testing/open-store.ts'
import { Users } from '../../store/users.ts'
import { createSync, type Sync, type SyncRequest } from '../sync.ts'

export const serverName = 'example.org'
const signingKey = signingKeyFromSeed('ed25519:test', new Uint8Array(32).fill(7))

/** A user with one device. */
export interface Device {
  readonly userId: string
  readonly userNid: number
  readonly deviceNid: number
}

export interface TestServer extends AsyncDisposable {
  readonly store: Store
  readonly users: Users
  readonly rooms: Rooms
  readonly ephemeral: Ephemeral
  readonly push: Push
  readonly encryption: Encryption
  readonly sync: Sync
  /** A device of a local user. */
  device(localpart: string): Promise<Device>
  /** Sets the users somebody ignores. */
  ignore(device: Device, userIds: readonly string[]): Promise<void>
  /** Syncs once and parses the answer. */
  poll(
    requester: Device,
    options?: Partial<Omit<SyncRequest, 'requester' | 'filter'>> & { filter?: object },
  ): Promise<Answer>
}

export interface SyncEvent {
  readonly event_id: string
  readonly type: string
  readonly sender: string
  readonly state_key?: string
  readonly content: Readonly<Record<string, unknown>>
  readonly unsigned?: Readonly<Record<string, unknown>>
}
export interface Events {
  readonly events: readonly SyncEvent[]
}
export interface RoomAnswer {
  readonly timeline: Events & { readonly limited: boolean; readonly prev_batch: string }
  readonly state?: Events
  readonly state_after?: Events
  readonly ephemeral: Events
  readonly account_data: Events
  readonly summary?: Readonly<Record<string, unknown>>
  readonly unread_notifications: { readonly notification_count: number; readonly highlight_count: number }
  readonly unread_thread_notifications?: Readonly<Record<string, RoomAnswer['unread_notifications']>>
}
export interface Answer {
  readonly next_batch: string
  readonly account_data?: Events
  readonly presence?: Events
  readonly rooms?: {
    readonly join?: Readonly<Record<string, RoomAnswer>>
    readonly leave?: Readonly<Record<string, RoomAnswer>>
    readonly invite?: Readonly<Record<string, { readonly invite_state: Events }>>
    readonly knock?: Readonly<Record<string, { readonly knock_state: Events }>>
  }
}

/** Opens everything; with a folder it is there again when opened once more. */
export async function openTestServer(options: { folder?: string; presence?: boolean } = {}): Promise<TestServer> {
  const store = await openTestStore(options.folder === undefined ? {} : { folder: options.folder })
  const users = new Users(store)
  const push = createPush({ store, users, serverName })
  await push.load()
  const hooks = { ...noHooks, decide: push.decide }
  const rooms = createRooms({ store, users, environment: systemEnvironment, config: { serverName, signingKey }, hooks })
  const ephemeral = createEphemeral({ rooms: rooms.context, presence: options.presence === true, onRead: push.onRead })
  const encryption = await createEncryption({ rooms: rooms.context })
  const sync = createSync({ rooms: rooms.context, ephemeral, push, encryption })
  return {
    store,
    users,
    rooms,
    ephemeral,
    push,
    encryption,
    sync,
    device: async (localpart) => {
      const userId = `@${localpart}:${serverName}`
      return { userId, userNid: await users.intern(userId), deviceNid: store.nextNid('devices') }
    },
    ignore: async ({ userNid }, userIds) => {
      const content = { ignored_users: Object.fromEntries(userIds.map((userId) => [userId, {}])) }
      const key = { userNid, roomNid: 0, type: 'm.ignored_user_list' }
      await store.write((w) => setAccountData(w, key, JSON.stringify(content)))
    },
    poll: async (requester, { filter, ...rest } = {}) => {
      const signal = new AbortController().signal
      const text = filter && JSON.stringify(filter)
      return JSON.parse(await sync.sync({ requester, signal, filter: text, ...rest })) as Answer
    },
    [Symbol.asyncDispose]: async () => {
      await encryption[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
    },
  }
}

/** A folder that is removed when it is no longer used. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'myelin-sync-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

/** Sends a text message; resolves with its event id. */
export const say = (
  server: TestServer,
  roomId: string,
  by: Device,
  body: string,
  content: object = {},
): Promise<string> =>
  server.rooms.send(roomId, { by, type: 'm.room.message', content: { msgtype: 'm.text', body, ...content } })

/** Bodies of the messages among events. */
export const bodies = (events: Events | undefined): unknown[] =>
  (events?.events ?? []).filter(({ type }) => type === 'm.room.message').map(({ content }) => content['body'])
