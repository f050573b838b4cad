// The servers of a synthetic room, as far as a server that joins it can tell: one listener under all their names, which
// publishes their keys, hands the room out and takes what is sent to it.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { signJson } from '@myelin/algorithms/signatures'
import { encodeBase64 } from '@myelin/algorithms/base64'
import type { SyntheticRoom } from './synthetic-room.ts'

export interface RemoteOptions {
  /** A certificate for all names of the room's servers, PEM. */
  readonly certificate: { readonly cert: string; readonly key: string }
  /** Leaves members out for those who ask for it. */
  readonly omitsMembers?: boolean
  /** Where its servers listen on every address of this machine; any port on one address unless told. */
  readonly port?: number
}

export interface Asked {
  /** The server that is asked. */
  readonly name: string
  /** What for: `make_join`, `send_join`, `state` and so on. */
  readonly verb: string
  readonly url: string
  readonly body: string
}

/** In place of the usual answer, where it returns true or its promise does. */
export type Instead = (asked: Asked, response: ServerResponse) => boolean | Promise<boolean>

export class SyntheticRemote implements AsyncDisposable {
  readonly #server: Server
  readonly #room: SyntheticRoom
  readonly #options: RemoteOptions
  /** Requests, in order: method and path. */
  readonly seen: string[] = []
  /** Events that were sent to the servers. */
  readonly heard: { readonly type: string; readonly content: Record<string, unknown> }[] = []
  instead: Instead = () => false

  private constructor(room: SyntheticRoom, options: RemoteOptions) {
    this.#room = room
    this.#options = options
    this.#server = createServer(options.certificate, (request, response) => {
      this.#serve(request, response).catch(() => response.destroy())
    })
  }

  static async start(room: SyntheticRoom, options: RemoteOptions): Promise<SyntheticRemote> {
    const remote = new SyntheticRemote(room, options)
    await new Promise<void>((resolve) =>
      options.port === undefined
        ? remote.#server.listen(0, '127.0.0.1', resolve)
        : remote.#server.listen(options.port, '0.0.0.0', resolve),
    )
    return remote
  }

  /** Where each of the servers is: for `federation.hostOverrides`. */
  get hostOverrides(): Record<string, string> {
    const { port } = this.#server.address() as AddressInfo
    return Object.fromEntries(this.#room.serverNames.map((name) => [name, `127.0.0.1:${port}`]))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.#server.closeAllConnections()
    await closed
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request
    const chunks: Uint8Array[] = []
    for await (const chunk of request as AsyncIterable<Uint8Array>) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString()
    this.seen.push(`${method} ${url}`)
    const { host = '' } = headers
    const name = this.#room.keys.has(host) ? host : host.replace(/:[0-9]+$/, '')
    const [, verb = ''] = /^\/_matrix\/federation\/v[12]\/([a-z_]+)/.exec(url) ?? []
    if (await this.instead({ name, verb, url, body }, response)) return
    if (url.startsWith('/_matrix/key/v2/server')) return answer(response, this.#keys(name))
    if (verb === 'make_join') return answer(response, this.#template(decodeURIComponent(url.split(/[/?]/)[6] ?? '')))
    if (verb === 'send_join') return this.#state(response, { join: body, isPartial: url.includes('omit_members=true') })
    if (verb === 'event_auth') return answer(response, { auth_chain: this.#all().map((text) => JSON.parse(text)) })
    if (verb === 'state') return this.#state(response, { join: undefined, isPartial: false })
    if (verb === 'send') return answer(response, this.#take(body))
    response.writeHead(404, json).end('{"errcode":"M_NOT_FOUND","error":"There is nothing here"}')
  }

  #keys(name: string): unknown {
    const key = this.#room.keys.get(name)
    if (!key) return {}
    const document = {
      server_name: name,
      valid_until_ts: Date.now() + 24 * 60 * 60 * 1000,
      verify_keys: { [key.keyId]: { key: encodeBase64(key.publicKey) } },
      old_verify_keys: {},
    }
    return signJson(document, name, key)
  }

  #template(userId: string): unknown {
    const { version, roomId, authEvents, last } = this.#room
    const event = {
      ...{ type: 'm.room.member', room_id: roomId, sender: userId, state_key: userId },
      content: { membership: 'join' },
      origin_server_ts: Date.now(),
      ...{ depth: last.depth + 1, prev_events: [last.eventId], auth_events: authEvents },
    }
    return { room_version: version, event }
  }

  async #state(response: ServerResponse, asked: { readonly join: string | undefined; readonly isPartial: boolean }) {
    const { facts, members, chainOfFacts, chainOfMembers, serverNames } = this.#room
    const isPartial = asked.isPartial && this.#options.omitsMembers === true
    const state = isPartial ? facts : [...facts, ...members]
    const chain = isPartial ? chainOfFacts : [...chainOfFacts, ...chainOfMembers]
    response.writeHead(200, json)
    await pipeline(Readable.from(pieces()), response)

    function* pieces(): Generator<string, void> {
      yield `{"auth_chain":[`
      yield* list(chain)
      yield asked.join === undefined ? '],"pdus":[' : `],"event":${asked.join},"members_omitted":${isPartial},"state":[`
      yield* list(state)
      yield `],"servers_in_room":${JSON.stringify(serverNames)}}`
    }
  }

  #all(): string[] {
    const { facts, members, chainOfFacts, chainOfMembers } = this.#room
    return [...chainOfFacts, ...chainOfMembers, ...facts, ...members]
  }

  #take(body: string): unknown {
    const { pdus = [] } = JSON.parse(body) as { pdus?: { type: string; content: Record<string, unknown> }[] }
    this.heard.push(...pdus)
    return { pdus: {} }
  }
}

const json = { 'content-type': 'application/json' }

const answer = (response: ServerResponse, value: unknown): void =>
  void response.writeHead(200, json).end(JSON.stringify(value))

const eventsPerPiece = 100

/** The texts with commas between, some at a time. */
function* list(texts: readonly string[]): Generator<string, void> {
  for (let from = 0; from < texts.length; from += eventsPerPiece)
    yield (from === 0 ? '' : ',') + texts.slice(from, from + eventsPerPiece).join(',')
}
