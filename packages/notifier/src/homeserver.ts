// The homeserver as the notifier uses it: sign in, find rooms, look at one's own messages, post, sign out.
import { clientOf, type ClientOf } from '@myelin/protocol/client/client-of'
import * as directory from '@myelin/protocol/client-server/directory'
import * as joinedRooms from '@myelin/protocol/client-server/list_joined_rooms'
import * as login from '@myelin/protocol/client-server/login'
import * as logout from '@myelin/protocol/client-server/logout'
import * as messagePagination from '@myelin/protocol/client-server/message_pagination'
import * as roomSend from '@myelin/protocol/client-server/room_send'
import * as whoami from '@myelin/protocol/client-server/whoami'
import { MatrixError } from '@myelin/protocol/errors'
import { NotifierError } from './failure.ts'

/** An access token stays valid after the run; a password is exchanged for one that is given back at the end. */
export type Credentials = { readonly token: string } | { readonly user: string; readonly password: string }

export interface SignInOptions {
  readonly baseUrl: string
  readonly credentials: Credentials
  /** The longest wait that is accepted, each time the homeserver asks for one, milliseconds. */
  readonly waitMaxMs: number
}

const groups = { directory, joinedRooms, login, logout, messagePagination, roomSend, whoami }
type Matrix = ClientOf<typeof groups>

/** How many of the account's own latest messages in a room are looked through. */
const ownMessagesMax = 100

/** Signs in. Throws `NotifierError` of kind `login` when the credentials are refused. */
export async function signIn({ baseUrl, credentials, waitMaxMs }: SignInOptions): Promise<Homeserver> {
  const options = { rateLimitWaitMaxMs: waitMaxMs }
  if ('token' in credentials) {
    const matrix = clientOf(groups, baseUrl, { ...options, accessToken: credentials.token })
    const { user_id } = await asked('login', () => matrix.getTokenOwner())
    return new Homeserver(matrix, user_id, false)
  }
  const session = await asked('login', () =>
    clientOf(groups, baseUrl, options).login({
      type: 'm.login.password',
      identifier: { type: 'm.id.user', user: credentials.user },
      password: credentials.password,
      initial_device_display_name: 'myelin-notify',
    }),
  )
  return new Homeserver(
    clientOf(groups, baseUrl, { ...options, accessToken: session.access_token }),
    session.user_id,
    true,
  )
}

export class Homeserver implements AsyncDisposable {
  readonly #matrix: Matrix
  readonly #userId: string
  readonly #signsOut: boolean

  constructor(matrix: Matrix, userId: string, signsOut: boolean) {
    this.#matrix = matrix
    this.#userId = userId
    this.#signsOut = signsOut
  }

  /** The id of a room named by its id or an alias. */
  async roomId(room: string): Promise<string> {
    if (!room.startsWith('#')) return room
    const { room_id } = await asked('use', () => this.#matrix.getRoomIdByAlias({ roomAlias: room }))
    if (room_id === undefined) throw new NotifierError('server', `${room} leads to no room`)
    return room_id
  }

  async joinedRooms(): Promise<string[]> {
    return (await asked('use', () => this.#matrix.getJoinedRooms())).joined_rooms
  }

  /** Contents of the account's own latest messages in a room, newest first. */
  async ownMessages(roomId: string): Promise<Readonly<Record<string, unknown>>[]> {
    const filter = JSON.stringify({ senders: [this.#userId], types: ['m.room.message'] })
    const { chunk } = await asked('use', () =>
      this.#matrix.getRoomEvents({ roomId, dir: 'b', limit: ownMessagesMax, filter }),
    )
    return chunk.map(({ content }) => content)
  }

  /** Posts a message; the same transaction id posts once. Returns the event's id. */
  async send(roomId: string, txnId: string, body: object): Promise<string> {
    const message = { roomId, eventType: 'm.room.message', txnId, body: { ...body } }
    return (await asked('use', () => this.#matrix.sendMessage(message))).event_id
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#signsOut) await asked('use', () => this.#matrix.logout())
  }
}

/** Does a request; a refusal becomes the kind of failure that decides the exit code. */
async function asked<T>(step: 'login' | 'use', request: () => Promise<T>): Promise<T> {
  try {
    return await request()
  } catch (cause) {
    if (!(cause instanceof MatrixError)) throw cause
    throw new NotifierError(kindOf(cause, step), `The homeserver says: ${cause.message} (${cause.errcode})`, { cause })
  }
}

function kindOf({ errcode, status }: MatrixError, step: 'login' | 'use'): 'rateLimited' | 'login' | 'server' {
  if (errcode === 'M_LIMIT_EXCEEDED') return 'rateLimited'
  return status === 401 || (step === 'login' && status === 403) ? 'login' : 'server'
}
