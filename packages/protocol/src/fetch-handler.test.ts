// A server made of definitions and handlers: what its callers see.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { MatrixError } from './errors.ts'
import { createFetchHandler } from './fetch-handler.ts'
import { JsonText, Raw } from './handlers.ts'

const notes = {
  readNote: endpoint({
    method: 'GET',
    path: '/notes/{id}',
    auth: 'user?',
    response: Type.Object({ text: Type.String() }),
  }),
  writeNote: endpoint({
    method: 'PUT',
    path: '/notes/{id}',
    auth: 'user',
    body: Type.Object({ text: Type.String() }),
    response: Type.Object({}),
  }),
  askPeer: endpoint({
    method: 'POST',
    path: '/peer',
    auth: 'X-Matrix',
    body: Type.Object({ a: Type.Integer() }),
    response: Type.Object({ from: Type.String() }),
  }),
  page: endpoint({ method: 'GET', path: '/page', auth: 'none', bytesResponse: true, response: Type.Unknown() }),
  raw: endpoint({ method: 'GET', path: '/raw', auth: 'none', response: Type.Object({}) }),
  broken: endpoint({ method: 'GET', path: '/broken', auth: 'none', response: Type.Object({}) }),
}

const failures: unknown[] = []
const alice = '@alice:a.b'

const serve = createFetchHandler(
  { notes },
  {
    services: { notes: new Map<string, string>() },
    user: async (token) => {
      if (token !== 'good') throw new MatrixError('M_UNKNOWN_TOKEN', 'No such token')
      return { userId: alice }
    },
    server: async ({ origin }, { method, uri, content }) => ({
      name: `${origin} ${method} ${uri} ${JSON.stringify(content)}`,
    }),
    onFailure: (failure) => failures.push(failure),
    bodyBytesMax: 200,
  },
  {
    notes: {
      readNote: async ({ notes }, { path, requester }) => ({
        text: `${notes.get(path.id) ?? ''} for ${requester?.userId ?? 'nobody'}`,
      }),
      writeNote: async ({ notes }, { path, body }) => {
        notes.set(path.id, body.text)
        return {}
      },
      askPeer: async (_services, { requester, body }) => ({ from: `${requester.name} ${body.a}` }),
      page: async () => new Raw({ status: 201, headers: { 'content-type': 'text/html' }, body: '<p>' }),
      raw: async () => new JsonText('{"as":"it is"}'),
      broken: async () => {
        throw new Error('a bug with details')
      },
    },
  },
)

const ask = async (
  method: string,
  path: string,
  { token, body }: { token?: string; body?: string | Uint8Array<ArrayBuffer> } = {},
) => {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: token }
  const response = await serve(
    new Request(`https://hs.test${path}`, { method, headers, ...(body === undefined ? {} : { body }) }),
  )
  assert.equal(response.headers.get('access-control-allow-origin'), '*')
  const text = await response.text()
  const isJson = response.headers.get('content-type') === 'application/json'
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined }
}

test('a request reaches its handler parsed and authenticated', async () => {
  assert.equal((await ask('PUT', '/notes/a%2Fb', { token: 'Bearer good', body: '{"text":"x"}' })).status, 200)
  assert.deepEqual((await ask('GET', '/notes/a%2Fb')).json, { text: 'x for nobody' })
  assert.deepEqual((await ask('GET', '/notes/a%2Fb', { token: 'Bearer good' })).json, { text: 'x for @alice:a.b' })
})

test('callers without a token, or with a wrong one, are told so', async () => {
  const none = await ask('PUT', '/notes/a', { body: '{"text":"x"}' })
  assert.deepEqual([none.status, none.json.errcode], [401, 'M_MISSING_TOKEN'])
  const wrong = await ask('GET', '/notes/a', { token: 'Bearer bad' })
  assert.deepEqual([wrong.status, wrong.json.errcode], [401, 'M_UNKNOWN_TOKEN'])
})

test('a server is identified by what it signed: method, path with query, and body', async () => {
  const peer = await ask('POST', '/peer?x=1', { token: 'X-Matrix origin=b.c,key="k:1",sig=s', body: '{"a":1}' })
  assert.deepEqual(peer.json, { from: 'b.c POST /peer?x=1 {"a":1} 1' })
  assert.equal((await ask('POST', '/peer', { token: 'Bearer good', body: '{"a":1}' })).json.errcode, 'M_UNAUTHORIZED')
})

test('unknown paths are 404, wrong methods 405 with the allowed ones, both M_UNRECOGNIZED', async () => {
  const unknown = await ask('GET', '/nope')
  assert.deepEqual([unknown.status, unknown.json.errcode], [404, 'M_UNRECOGNIZED'])
  const wrong = await ask('DELETE', '/notes/a')
  assert.deepEqual([wrong.status, wrong.json.errcode, wrong.headers.get('allow')], [405, 'M_UNRECOGNIZED', 'GET, PUT'])
})

test('preflights are answered for every path', async () => {
  const response = await ask('OPTIONS', '/anything')
  assert.equal(response.status, 204)
  assert.match(response.headers.get('access-control-allow-headers') ?? '', /Authorization/)
})

test('bodies are bounded and checked', async () => {
  assert.equal((await ask('PUT', '/notes/a', { token: 'Bearer good', body: '{"text":1}' })).json.errcode, 'M_BAD_JSON')
  assert.equal((await ask('PUT', '/notes/a', { token: 'Bearer good', body: 'x'.repeat(201) })).status, 413)
  const latin1 = Uint8Array.from([0x22, 0xe9, 0x22])
  assert.equal((await ask('PUT', '/notes/a', { token: 'Bearer good', body: latin1 })).json.errcode, 'M_NOT_JSON')
})

test('text that is JSON already and raw responses are served as they are', async () => {
  assert.equal((await ask('GET', '/raw')).text, '{"as":"it is"}')
  const page = await ask('GET', '/page')
  assert.deepEqual([page.status, page.text, page.headers.get('content-type')], [201, '<p>', 'text/html'])
})

test('a bug is reported to the operator and not to the caller', async () => {
  const response = await ask('GET', '/broken')
  assert.deepEqual([response.status, response.json], [500, { errcode: 'M_UNKNOWN', error: 'Internal error' }])
  assert.match(String(failures.at(-1)), /a bug with details/)
})
