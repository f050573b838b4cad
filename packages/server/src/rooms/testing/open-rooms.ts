// Rooms on a real store in a temporary folder, with users that act in them.
import { signingKeyFromSeed } from '@myelin/algorithms/signatures'
import { type Environment, systemEnvironment } from '../../environment.ts'
import type { Store } from '../../store/store.ts'
import { openTestStore } from '../../store/testing/open-store.ts'
import { Users } from '../../store/users.ts'
import { type Actor, noHooks, type RoomHooks } from '../context.ts'
import { createRooms, type Rooms } from '../rooms.ts'

export const serverName = 'example.org'
const signingKey = signingKeyFromSeed('ed25519:test', new Uint8Array(32).fill(7))

export interface TestRooms extends AsyncDisposable {
  readonly store: Store
  readonly rooms: Rooms
  /** A local user with one device. */
  user(localpart: string): Promise<Actor & { readonly deviceNid: number }>
}

/** The real machine, but no two events have the same time. */
const environment: Environment = { ...systemEnvironment, now: () => (lastMs = Math.max(lastMs + 1, Date.now())) }
let lastMs = 0

/** Opens rooms; with a folder they are there again when it is opened once more. */
export async function openTestRooms(options: { folder?: string; hooks?: Partial<RoomHooks> } = {}): Promise<TestRooms> {
  const store = await openTestStore(options.folder === undefined ? {} : { folder: options.folder })
  const users = new Users(store)
  const hooks = { ...noHooks, ...options.hooks }
  const config = { serverName, signingKey }
  const rooms = createRooms({ store, users, environment, config, hooks })
  return {
    store,
    rooms,
    user: async (localpart) => {
      const userId = `@${localpart}:${serverName}`
      return { userId, userNid: await users.intern(userId), deviceNid: store.nextNid('devices') }
    },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  }
}

export interface TestEvent {
  readonly event_id: string
  readonly type: string
  readonly sender: string
  readonly state_key?: string
  readonly redacts?: string
  readonly content: Readonly<Record<string, unknown>>
  readonly unsigned: Readonly<Record<string, unknown>>
}

/** The timeline as a user pages through it, oldest first. */
export async function timelineOf(rooms: Rooms, roomId: string, by: Actor): Promise<TestEvent[]> {
  const { chunk } = JSON.parse(await rooms.messages(roomId, { by, dir: 'f', limit: 1000 })) as { chunk: TestEvent[] }
  return chunk
}

/** Bodies of the messages a user sees, oldest first. */
export async function bodiesOf(rooms: Rooms, roomId: string, by: Actor): Promise<unknown[]> {
  const events = await timelineOf(rooms, roomId, by)
  return events.filter(({ type }) => type === 'm.room.message').map(({ content }) => content['body'])
}

/** Sends a text message. */
export const say = (
  rooms: Rooms,
  roomId: string,
  { by, body, transactionId }: { by: Actor; body: string; transactionId?: string },
) => rooms.send(roomId, { by, type: 'm.room.message', content: { msgtype: 'm.text', body }, transactionId })
