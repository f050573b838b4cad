// The client-server API as a person with curl uses it: method, path, token, body in; status and JSON out.
import assert from 'node:assert/strict'

export interface Reply {
  readonly status: number
  // oxlint-disable-next-line typescript/no-explicit-any -- a test reads what it expects and fails when it is not there
  readonly body: any
  readonly headers: Headers
}

export interface Call {
  readonly method?: string
  readonly token?: string | undefined
  readonly body?: unknown
  /** Sent as it is instead of a JSON body. */
  readonly raw?: string | undefined
}

export async function call(baseUrl: string, path: string, { method, token, body, raw }: Call = {}): Promise<Reply> {
  const text = raw ?? (body === undefined ? undefined : JSON.stringify(body))
  const response = await fetch(baseUrl + path, {
    method: method ?? (text === undefined ? 'GET' : 'POST'),
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    ...(text === undefined ? {} : { body: text }),
  })
  const content = await response.text()
  return { status: response.status, body: parse(content), headers: response.headers }
}

function parse(content: string): unknown {
  try {
    return JSON.parse(content)
  } catch {
    return content
  }
}

/** Throws unless the reply has status 200; gives its body. */
export async function ok(reply: Promise<Reply>): Promise<Reply['body']> {
  const { status, body } = await reply
  assert.equal(status, 200, JSON.stringify(body))
  return body
}

/** A user of a server, with a token. */
export class User {
  readonly baseUrl: string
  readonly userId: string
  readonly token: string
  readonly deviceId: string

  constructor(baseUrl: string, session: { user_id: string; access_token: string; device_id: string }) {
    this.baseUrl = baseUrl
    this.userId = session.user_id
    this.token = session.access_token
    this.deviceId = session.device_id
  }

  /** The same user where the server is now. */
  at(baseUrl: string): User {
    return new User(baseUrl, { user_id: this.userId, access_token: this.token, device_id: this.deviceId })
  }

  static async register(baseUrl: string, username: string, password = `${username} password`): Promise<User> {
    const body = { username, password, auth: { type: 'm.login.dummy' } }
    return new this(baseUrl, await ok(call(baseUrl, '/_matrix/client/v3/register', { body })))
  }

  call(path: string, options: Call = {}): Promise<Reply> {
    return call(this.baseUrl, `/_matrix/client/v3${path}`, { token: this.token, ...options })
  }
  /** The same for a path that is not below `/_matrix/client/v3`. */
  callAt(path: string, options: Call = {}): Promise<Reply> {
    return call(this.baseUrl, path, { token: this.token, ...options })
  }
  get(path: string): Promise<Reply['body']> {
    return ok(this.call(path))
  }
  post(path: string, body: unknown = {}): Promise<Reply['body']> {
    return ok(this.call(path, { method: 'POST', body }))
  }
  put(path: string, body: unknown): Promise<Reply['body']> {
    return ok(this.call(path, { method: 'PUT', body }))
  }

  async createRoom(body: unknown = {}): Promise<string> {
    return (await this.post('/createRoom', body)).room_id
  }
  join(roomIdOrAlias: string): Promise<Reply['body']> {
    return this.post(`/join/${encodeURIComponent(roomIdOrAlias)}`)
  }
  async say(roomId: string, body: string, txnId: string = crypto.randomUUID()): Promise<string> {
    const path = `/rooms/${encodeURIComponent(roomId)}/send/m.room.message/${encodeURIComponent(txnId)}`
    return (await this.put(path, { msgtype: 'm.text', body })).event_id
  }
  /** Every event of the room that the user may see, oldest first. */
  async history(roomId: string): Promise<Reply['body'][]> {
    const events: Reply['body'][] = []
    for (let from = ''; ;) {
      const page = await this.get(
        `/rooms/${encodeURIComponent(roomId)}/messages?dir=b&limit=100${from && `&from=${encodeURIComponent(from)}`}`,
      )
      events.push(...page.chunk)
      if (page.end === undefined || page.chunk.length === 0) return events.toReversed()
      from = page.end
    }
  }
  sync(query: Record<string, string> = {}): Promise<Reply['body']> {
    return this.get(`/sync?${new URLSearchParams(query)}`)
  }
}
