// Another homeserver, made of the algorithms alone: it says what a test lets it say, true or not. It keeps its own view of
// a room, so that it can follow any event, cite any other, and answer for them as it likes.
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { text } from 'node:stream/consumers'
import { authTypes } from '@myelin/algorithms/auth-events'
import { buildEvent, type BuiltEvent, type UnsignedEvent } from '@myelin/algorithms/build-event'
import { type EventReference, type Pdu, referencedIds } from '@myelin/algorithms/event'
import { eventIdOf } from '@myelin/algorithms/hashes'
import type { JsonObject } from '@myelin/algorithms/json'
import { roomVersion, type RoomVersionRules } from '@myelin/algorithms/room-version'
import { signingKeyFromSeed, signJson, type SigningKey } from '@myelin/algorithms/signatures'
import { xMatrixHeader } from '@myelin/algorithms/x-matrix'
import { type Seen, TlsPeer } from '@myelin/server/federation/testing/tls-peer'
import type { Reply } from './api.ts'
import type { Network, NetworkServer } from './network.ts'

/** An answer to a request: a status and JSON, a text that is sent as it is, or one for which somebody waits. */
export type RemoteAnswer = { readonly status?: number; readonly body: unknown } | { readonly raw: string } | 'never'
export type Answering = (path: string, seen: Seen) => RemoteAnswer | Promise<RemoteAnswer>

export class RemoteServer implements AsyncDisposable {
  readonly serverName: string
  key: SigningKey
  /** Answers by the word after `/v1/` or `/v2/`; the first that matches, before what the server answers by itself. */
  readonly answers = new Map<string, Answering>()
  /** Events by id: what `/event` and `/get_missing_events` answer with. */
  readonly events = new Map<string, BuiltEvent>()
  readonly #peer: TlsPeer
  readonly #network: Network
  #unanswered: { destroy(): void }[] = []
  #transactions = 0

  private constructor(peer: TlsPeer, network: Network, serverName: string) {
    this.#peer = peer
    this.#network = network
    this.serverName = serverName
    this.key = signingKeyFromSeed('ed25519:remote', new Uint8Array(32).fill(serverName.length))
    peer.answer = async (seen, response) => {
      const answer = await this.#answer(seen)
      if (answer === 'never') return void this.#unanswered.push(response)
      response.writeHead('raw' in answer ? 200 : (answer.status ?? 200), { 'content-type': 'application/json' })
      response.end('raw' in answer ? answer.raw : JSON.stringify(answer.body))
    }
  }

  static async start(network: Network, serverName: string): Promise<RemoteServer> {
    const certificate = network.authority.issue(serverName)
    const peer = await TlsPeer.start(certificate, () => undefined, network.ports.get(serverName))
    return new RemoteServer(peer, network, serverName)
  }

  /** Ends the requests that are never answered. */
  hangUp(): void {
    for (const response of this.#unanswered.splice(0)) response.destroy()
  }

  /** Requests it has received. */
  get seen(): readonly Seen[] {
    return this.#peer.seen
  }

  /** Paths of the requests whose path has this word. */
  asked(word: string): string[] {
    return this.#peer.seen.map(({ url }) => url).filter((url) => url.includes(`/${word}`))
  }

  /** Joins a room of a server through that server. */
  async join(server: NetworkServer, roomId: string, localpart?: string): Promise<RemoteRoom> {
    const complete = await this.beginJoin(server, roomId, localpart)
    return complete()
  }

  /** Asks for a join to be made; what is returned sends it. */
  async beginJoin(server: NetworkServer, roomId: string, localpart = 'mallory'): Promise<() => Promise<RemoteRoom>> {
    const userId = `@${localpart}:${this.serverName}`
    const versions = Array.from({ length: 12 }, (_, index) => `ver=${index + 1}`).join('&')
    const path = `/_matrix/federation/v1/make_join/${encodeURIComponent(roomId)}/${encodeURIComponent(userId)}?${versions}`
    const { body: template } = await this.call(server, 'GET', path)
    const rules = roomVersion(template.room_version ?? '1')
    if (!rules) throw new Error(`No template: ${JSON.stringify(template)}`)
    const join = this.sign(rules, { ...template.event, origin_server_ts: Date.now() })
    const sendPath = [roomId, join.eventId].map(encodeURIComponent).join('/')
    return async () => {
      const sent = await this.call(server, 'PUT', `/_matrix/federation/v2/send_join/${sendPath}`, join.json)
      if (sent.status !== 200) throw new Error(`No join: ${JSON.stringify(sent.body)}`)
      return new RemoteRoom({ remote: this, server, roomId, rules, userId, join, state: sent.body.state })
    }
  }

  /** Makes a public room, which other servers join through this one. */
  createRoom(server: NetworkServer, version: string, localpart = 'mallory'): RemoteRoom {
    const rules = roomVersion(version)
    if (!rules) throw new Error(`There is no room version ${version}`)
    const userId = `@${localpart}:${this.serverName}`
    const roomId = `!${randomUUID()}:${this.serverName}`
    const room = new RemoteRoom({ remote: this, server, roomId, rules, userId })
    room.next({ type: 'm.room.create', state_key: '', content: { creator: userId, room_version: version } })
    room.next({ type: 'm.room.member', state_key: userId, content: { membership: 'join' } })
    room.next({ type: 'm.room.power_levels', state_key: '', content: { users: { [userId]: 100 } } })
    room.next({ type: 'm.room.join_rules', state_key: '', content: { join_rule: 'public' } })
    room.admits()
    return room
  }

  sign(rules: RoomVersionRules, event: UnsignedEvent): BuiltEvent {
    const id = rules.eventIdFormat === 'opaque' ? { event_id: `$${Math.random()}:${this.serverName}` } : {}
    const built = buildEvent({ ...id, ...event }, rules, { serverName: this.serverName, key: this.key })
    this.events.set(built.eventId, built)
    return built
  }

  /** Sends events, as texts; the answer's results by event id. */
  async send(
    server: NetworkServer,
    pdus: readonly string[],
    transactionId?: string,
  ): Promise<Record<string, { error?: string }>> {
    const { status, body } = await this.transaction(server, pdus, transactionId)
    if (status !== 200) throw new Error(`The transaction was answered ${status}: ${JSON.stringify(body)}`)
    return body.pdus
  }

  transaction(server: NetworkServer, pdus: readonly string[], transactionId = String(++this.#transactions)) {
    const text = `{"edus":[],"origin":"${this.serverName}","origin_server_ts":1,"pdus":[${pdus.join(',')}]}`
    return this.call(server, 'PUT', `/_matrix/federation/v1/send/${transactionId}`, text)
  }

  /** A signed request; the body is sent as it is. */
  async call(server: NetworkServer, method: string, uri: string, contentText?: string): Promise<Reply> {
    const { serverName: destination, federationPort: port } = server
    const signed = { method, uri, origin: this.serverName, destination, contentText }
    const headers = { authorization: xMatrixHeader(signed, this.key), 'content-type': 'application/json' }
    const options = { host: '127.0.0.1', port, servername: destination, ca: this.#network.authority.ca }
    const outgoing = request({ ...options, method, path: uri, headers, agent: false })
    outgoing.end(contentText)
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
    return { status: response.statusCode ?? 0, body: JSON.parse(await text(response)), headers: new Headers() }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#peer[Symbol.asyncDispose]()
  }

  async #answer(seen: Seen): Promise<RemoteAnswer> {
    const [path = ''] = seen.url.split('?')
    for (const [word, answer] of this.answers) if (path.includes(`/${word}`)) return answer(path, seen)
    if (path.startsWith('/_matrix/key/v2/server')) return { body: this.keyDocument() }
    if (path.includes('/send/')) return { body: { pdus: {} } }
    const [, eventId = ''] = /\/event\/(.*)$/.exec(path) ?? []
    const event = this.events.get(decodeURIComponent(eventId))
    if (event) return { raw: `{"origin":"${this.serverName}","origin_server_ts":1,"pdus":[${event.json}]}` }
    return { status: 404, body: { errcode: 'M_NOT_FOUND', error: 'There is nothing here' } }
  }

  keyDocument(key: SigningKey = this.key): JsonObject {
    const publicKey = Buffer.from(key.publicKey).toString('base64').replaceAll('=', '')
    const document = {
      server_name: this.serverName,
      valid_until_ts: Date.now() + 24 * 60 * 60 * 1000,
      verify_keys: { [key.keyId]: { key: publicKey } },
      old_verify_keys: {},
    }
    return signJson(document, this.serverName, key)
  }
}

interface RoomParts {
  readonly remote: RemoteServer
  readonly server: NetworkServer
  readonly roomId: string
  readonly rules: RoomVersionRules
  readonly userId: string
  /** How it came into a room of others, and the state before that. */
  readonly join?: BuiltEvent
  readonly state?: readonly JsonObject[]
}

/** What an event is to be; the rest is as it should be. */
export type Drafted = Partial<UnsignedEvent> & { readonly content?: JsonObject }

export class RemoteRoom {
  readonly roomId: string
  readonly rules: RoomVersionRules
  readonly userId: string
  /** Ids of the state events by type and key. */
  readonly state = new Map<string, string>()
  readonly #remote: RemoteServer
  readonly #server: NetworkServer
  readonly #hashes = new Map<string, JsonObject>()
  /** What the next event follows. */
  last = ''
  depth = 0

  constructor({ remote, server, roomId, rules, userId, join, state = [] }: RoomParts) {
    this.#remote = remote
    this.#server = server
    this.roomId = roomId
    this.rules = rules
    this.userId = userId
    for (const pdu of state) {
      const eventId = typeof pdu['event_id'] === 'string' ? pdu['event_id'] : eventIdOf(pdu as never, rules)
      this.state.set(`${String(pdu['type'])} ${String(pdu['state_key'])}`, eventId)
      this.#hashes.set(eventId, pdu['hashes'] as JsonObject)
    }
    if (join) this.follow(join)
  }

  /** The event becomes the last, and part of the state if it is that. */
  follow(event: BuiltEvent): void {
    const { type, state_key: stateKey, hashes, depth } = event.pdu
    this.#hashes.set(event.eventId, hashes)
    if (stateKey !== undefined) this.state.set(`${type} ${stateKey}`, event.eventId)
    this.last = event.eventId
    this.depth = depth
  }

  /** References to events, in the form of the room's version. */
  references(eventIds: readonly string[]): EventReference[] {
    return eventIds.map((eventId) =>
      this.rules.eventReferences === 'ids' ? eventId : ([eventId, this.#hashes.get(eventId) ?? {}] as const),
    )
  }

  /** Ids of the events that an event follows. */
  referencesOf(pdu: JsonObject): readonly string[] {
    return referencedIds(pdu['prev_events'] as EventReference[])
  }

  /** An event after the last one, which becomes the last. */
  next(draft: Drafted = {}): BuiltEvent {
    const event = this.event(draft)
    this.follow(event)
    return event
  }

  /** An event of the room; whatever is not given is as it should be. */
  event(draft: Drafted = {}): BuiltEvent {
    const { type = 'm.room.message', sender = this.userId, state_key: stateKey } = draft
    const content = draft.content ?? { msgtype: 'm.text', body: 'from afar' }
    const keys = authTypes({ type, stateKey, sender, content }, this.rules)
    const cited = keys.flatMap(([each, key]) => this.state.get(`${each} ${key}`) ?? [])
    const event = this.#remote.sign(this.rules, {
      type,
      sender,
      content,
      room_id: this.roomId,
      origin_server_ts: Date.now(),
      depth: this.depth + 1,
      prev_events: this.references(this.last === '' ? [] : [this.last]),
      auth_events: this.references([...new Set(cited)]),
      ...draft,
    })
    this.#hashes.set(event.eventId, event.pdu.hashes)
    return event
  }

  /** Sends events to the server in one transaction; results by event id. */
  send(...events: readonly BuiltEvent[]): Promise<Record<string, { error?: string }>> {
    return this.#remote.send(
      this.#server,
      events.map(({ json }) => json),
    )
  }

  /** Lets users of other servers in. */
  admits(): void {
    const { answers, events } = this.#remote
    answers.set('make_join', (path) => {
      const userId = decodeURIComponent(path.split('/').at(-1) ?? '')
      const content = { membership: 'join' }
      const { pdu } = this.event({ type: 'm.room.member', sender: userId, state_key: userId, content })
      const { hashes: _, signatures: __, event_id: ___, ...template } = pdu
      return { body: { room_version: this.rules.id, event: template } }
    })
    answers.set('send_join', (path, { body }) => {
      const pdu = JSON.parse(body) as Pdu
      const eventId = decodeURIComponent(path.split('/').at(-1) ?? '')
      const state = [...this.state.values()].map((id) => events.get(id)?.json).join(',')
      const chain = this.#citedBy([...this.state.values()]).join(',')
      const join = { eventId, pdu, json: body }
      events.set(eventId, join)
      this.follow(join)
      const rest = `"members_omitted":false,"origin":"x","state":[${state}]`
      return { raw: `{"auth_chain":[${chain}],"event":${body},${rest}}` }
    })
  }

  /** Texts of what events cite, and of what that cites. */
  #citedBy(eventIds: readonly string[]): string[] {
    const found = new Map<string, string>()
    const waiting = [...eventIds]
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop())
      for (const cited of referencedIds(this.#remote.events.get(id)?.pdu.auth_events ?? [])) {
        const text = this.#remote.events.get(cited)?.json
        if (text === undefined || found.has(cited)) continue
        found.set(cited, text)
        waiting.push(cited)
      }
    return [...found.values()]
  }

  /** Answers `state_ids` with the state as it is now, whatever event is named. */
  servesState(): void {
    const ids = [...this.state.values()]
    this.#remote.answers.set('state_ids', () => ({ body: { pdu_ids: ids, auth_chain_ids: ids } }))
  }

  /** Answers `get_missing_events` and the like honestly, from the events it has made. */
  servesHistory(eventsMax = 20): void {
    this.#remote.answers.set('get_missing_events', (_, { body }) => {
      const { latest_events: latest, earliest_events: earliest } = JSON.parse(body) as Record<string, string[]>
      return { raw: `{"events":[${this.#before(latest ?? [], new Set(earliest), eventsMax).join(',')}]}` }
    })
  }

  #before(latest: readonly string[], earliest: ReadonlySet<string>, eventsMax: number): string[] {
    const found = new Map<string, BuiltEvent>()
    const waiting = [...latest]
    for (let id = waiting.shift(); id !== undefined && found.size < eventsMax; id = waiting.shift())
      for (const before of referencedIds(this.#remote.events.get(id)?.pdu.prev_events ?? [])) {
        const event = this.#remote.events.get(before)
        if (!event || earliest.has(before) || found.has(before) || found.size >= eventsMax) continue
        found.set(before, event)
        waiting.push(before)
      }
    return [...found.values()].toSorted((a, b) => a.pdu.depth - b.pdu.depth).map(({ json }) => json)
  }
}
