// The homeserver as an account of it sees it: any request, and what every command needs of rooms and messages.
import type { AnswerOf, CallArguments, Connection } from '@myelin/protocol/client/connection'
import { getRoomIdByAlias } from '@myelin/protocol/client-server/directory'
import { getJoinedRooms } from '@myelin/protocol/client-server/list_joined_rooms'
import { getRoomEvents } from '@myelin/protocol/client-server/message_pagination'
import { redactEvent } from '@myelin/protocol/client-server/redaction'
import { sendMessage } from '@myelin/protocol/client-server/room_send'
import { getRoomStateWithKey } from '@myelin/protocol/client-server/rooms'
import type { EndpointDefinition } from '@myelin/protocol/endpoint'
import { MatrixError } from '@myelin/protocol/errors'
import type { RoomEncryption } from './encryption/room-encryption.ts'
import { NotifierError, type FailureKind } from './failure.ts'

export type Content = Readonly<Record<string, unknown>>

/** A message that this account has sent. */
export interface OwnMessage {
  readonly eventId: string
  readonly content: Content
  /** `origin_server_ts`, milliseconds. */
  readonly at: number
}

/** How many of the account's own latest messages in a room are looked through, at least. */
const ownMessagesMaxDefault = 250
/** A homeserver that filters slowly may return pages with few messages: there is an end to asking for more. */
const pagesPerMessage = 1 / 25
const pageSize = 100

/** A room may become encrypted at any time, but need not be asked about it before each message. */
const encryptionKnownMs = 5000

interface Encryption {
  readonly untilMs: number
  readonly content: Promise<Content | undefined>
}

export class Homeserver {
  readonly userId: string
  readonly deviceId: string | undefined
  readonly #connection: Connection
  readonly #isEncrypted = new Map<string, Encryption>()
  readonly #openEncryption: (homeserver: Homeserver) => Promise<RoomEncryption>
  #encryption: Promise<RoomEncryption> | undefined

  /** `openEncryption` is called when a room is encrypted; it throws `NotifierError` of kind `encrypted` when it cannot. */
  constructor(
    connection: Connection,
    owner: { readonly user_id: string; readonly device_id?: string },
    openEncryption: (homeserver: Homeserver) => Promise<RoomEncryption> = refuseEncryption,
  ) {
    this.#connection = connection
    this.#openEncryption = openEncryption
    this.userId = owner.user_id
    this.deviceId = owner.device_id
  }

  /** Calls an endpoint. A refusal is thrown as the `NotifierError` whose kind decides the exit code. */
  call<const D extends EndpointDefinition>(definition: D, ...parameters: CallArguments<D>): Promise<AnswerOf<D>> {
    return explained(this.#connection.call(definition, ...parameters), 'use')
  }

  /** As `call`, but undefined where the homeserver knows no such thing (404). */
  async find<const D extends EndpointDefinition>(
    definition: D,
    ...parameters: CallArguments<D>
  ): Promise<AnswerOf<D> | undefined> {
    try {
      return await this.call(definition, ...parameters)
    } catch (error) {
      if (refusalOf(error)?.errcode === 'M_NOT_FOUND') return undefined
      throw error
    }
  }

  /** The ID of a room named by its ID, an alias or a `matrix.to` link. */
  async roomId(room: string): Promise<string> {
    const name = room.startsWith('https://matrix.to/#/') ? linked(room) : room
    if (name.startsWith('!')) return name
    if (!name.startsWith('#')) throw new NotifierError('usage', `'${room}' is neither a room ID (!…) nor an alias (#…)`)
    const { room_id } = await this.call(getRoomIdByAlias, { roomAlias: name })
    if (room_id === undefined) throw new NotifierError('room', `${name} leads to no room`)
    return room_id
  }

  async joinedRooms(): Promise<string[]> {
    return (await this.call(getJoinedRooms)).joined_rooms
  }

  /** The content of a piece of state, or undefined when the room has none. */
  async state(roomId: string, eventType: string, stateKey = ''): Promise<Content | undefined> {
    return this.find(getRoomStateWithKey, { roomId, eventType, stateKey })
  }

  /**
   * The account's own latest messages in a room, newest first, redacted ones left out. Of encrypted messages the content is
   * what they hold for later runs.
   */
  async ownMessages(roomId: string, messagesMax = ownMessagesMaxDefault): Promise<OwnMessage[]> {
    const filter = JSON.stringify({ senders: [this.userId], types: ['m.room.message', 'm.room.encrypted'] })
    const encryption = await this.encryptionFor(roomId)
    const messages: OwnMessage[] = []
    let from: string | undefined
    for (let page = 0; page < messagesMax * pagesPerMessage && messages.length < messagesMax; page++) {
      const position = from === undefined ? {} : { from }
      const { chunk, end } = await this.call(getRoomEvents, { roomId, dir: 'b', limit: pageSize, filter, ...position })
      for (const { event_id: eventId, content, origin_server_ts: at } of chunk)
        if ('msgtype' in content) messages.push({ eventId, content, at })
        else if ('ciphertext' in content && encryption)
          messages.push({ eventId, content: encryption.remembered(content), at })
      if (end === undefined || chunk.length === 0) break
      from = end
    }
    return messages
  }

  /**
   * Sends an event; the same transaction ID sends once. Returns the event's ID. What is meant for an encrypted room never
   * goes there as plain text: throws `NotifierError` of kind `encrypted` when it cannot be encrypted.
   */
  async send(
    roomId: string,
    event: { readonly type?: string; readonly txnId: string; readonly content: object },
  ): Promise<string> {
    const { type: eventType = 'm.room.message', txnId, content } = event
    const encryption = await this.encryptionFor(roomId)
    const encrypted = await encryption?.encrypt(roomId, { type: eventType, content: { ...content } })
    const sent =
      encrypted === undefined ? { eventType, body: { ...content } } : { eventType: 'm.room.encrypted', body: encrypted }
    return (await this.call(sendMessage, { roomId, txnId, ...sent })).event_id
  }

  /**
   * What encrypts for the room; undefined when it is not encrypted. Throws `NotifierError` of kind `encrypted` when it is
   * and this account cannot encrypt. What is known of a room holds for a few seconds.
   */
  async encryptionFor(roomId: string): Promise<RoomEncryption | undefined> {
    let known = this.#isEncrypted.get(roomId)
    if (known === undefined || performance.now() > known.untilMs) {
      const untilMs = performance.now() + encryptionKnownMs
      this.#isEncrypted.set(roomId, (known = { untilMs, content: this.state(roomId, 'm.room.encryption') }))
    }
    if ((await known.content) === undefined) return undefined
    this.#encryption ??= this.#openEncryption(this)
    return this.#encryption
  }

  async redact(roomId: string, eventId: string, reason: string): Promise<void> {
    await this.call(redactEvent, { roomId, eventId, txnId: `redact-${eventId.slice(1, 40)}`, reason })
  }
}

const refuseEncryption = (): Promise<never> => {
  throw new NotifierError(
    'encrypted',
    'The room is encrypted, and without a recovery key nothing is sent there: see `myelin-notify encryption setup`',
  )
}

const linked = (link: string): string =>
  decodeURIComponent(link.slice('https://matrix.to/#/'.length).split('?')[0] ?? '')

/** The homeserver's refusal behind an error, if it is one. */
export const refusalOf = (error: unknown): MatrixError | undefined =>
  error instanceof Error && error.cause instanceof MatrixError ? error.cause : undefined

/** Waits for an answer; a refusal becomes the kind of failure that decides the exit code. */
export async function explained<T>(answer: Promise<T>, step: 'login' | 'use'): Promise<T> {
  try {
    return await answer
  } catch (cause) {
    if (!(cause instanceof MatrixError)) throw cause
    const kind = kindOf(cause, step)
    const reason =
      kind === 'unreachable' ? reachProblem(cause) : `The homeserver says: ${cause.message} (${cause.errcode})`
    throw new NotifierError(kind, reason, { cause })
  }
}

function kindOf({ errcode, status }: MatrixError, step: 'login' | 'use'): FailureKind {
  if (errcode === 'M_CONNECTION_FAILED') return 'unreachable'
  if (status === 429) return 'rateLimited'
  if (status === 401 || (step === 'login' && status === 403)) return 'login'
  return status === 403 || errcode === 'M_NOT_FOUND' ? 'room' : 'server'
}

/** Why a server cannot be reached, down to what the platform says of it. */
function reachProblem(error: MatrixError): string {
  let deepest: unknown = error
  while (deepest instanceof Error && deepest.cause !== undefined) deepest = deepest.cause
  const detail = deepest instanceof Error && deepest !== error ? `: ${messageIn(deepest)}` : ''
  return `${error.message}${detail}`
}

/** What is wrong; of a failure of TLS its reason alone, without where in the library it was found. */
const messageIn = (error: Error): string =>
  'reason' in error && typeof error.reason === 'string' ? error.reason : error.message || codeOf(error)

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : error.name)
