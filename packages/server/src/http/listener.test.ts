// The listening socket: what it refuses before anything is parsed, and how it stops.
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { listen, parseListenAddress, type Listener } from './listener.ts'
import { createLog } from './log.ts'
import type { Handle } from './message.ts'
import { createProxyTrust } from './proxy-trust.ts'

const log = createLog({ level: 'error', format: 'json' })
const open = (handle: Handle, trusted: readonly string[] = []): Promise<Listener> =>
  listen({ host: '127.0.0.1', port: 0 }, { handle, log, trust: createProxyTrust(trusted) })
const reply = (body: string) => ({ status: 200, headers: {}, body })

test('addresses with IPv6 hosts are read', () => {
  assert.deepEqual(parseListenAddress('[::1]:8008'), { host: '::1', port: 8008 })
  assert.deepEqual(parseListenAddress('localhost:1'), { host: 'localhost', port: 1 })
})

test('what is not HTTP is refused with a JSON body', async () => {
  const listener = await open(async () => reply(''))
  const socket = connect(listener.port, '127.0.0.1')
  socket.write('NONSENSE\r\n\r\n')
  const answer = await text(socket)
  assert.match(answer, /^HTTP\/1\.1 400 /)
  assert.match(answer, /"errcode":"M_UNRECOGNIZED"/)
  await listener.stop()
})

test('a body is read up to its limit, announced or not', async () => {
  const listener = await open(async (request) => {
    const outcome = await request.text(10).catch((error: { errcode: string }) => error.errcode)
    return reply(String(outcome))
  })
  const send = async (body: string | ReadableStream | Uint8Array<ArrayBuffer>) =>
    (await fetch(listener.url, { method: 'PUT', body, duplex: 'half' } as RequestInit)).text()
  assert.equal(await send('0123456789'), '0123456789')
  assert.equal(await send('0123456789a'), 'M_TOO_LARGE')
  assert.equal(await send(new Blob(['0123456789a']).stream()), 'M_TOO_LARGE')
  assert.equal(await send(new Uint8Array([0x22, 0xff, 0x22])), 'M_NOT_JSON')
  await listener.stop()
})

test('X-Forwarded-For is believed from a trusted proxy alone', async () => {
  const handle: Handle = async ({ address }) => reply(address)
  const headers = { 'x-forwarded-for': '198.51.100.7, 203.0.113.9' }
  const trusting = await open(handle, ['127.0.0.0/8'])
  const wary = await open(handle)
  assert.equal(await (await fetch(trusting.url, { headers })).text(), '203.0.113.9')
  assert.equal(await (await fetch(wary.url, { headers })).text(), '127.0.0.1')
  await Promise.all([trusting.stop(), wary.stop()])
})

test('stopping aborts long polls, which may still answer', async () => {
  const polling = Promise.withResolvers<void>()
  const listener = await open(async (request) => {
    const aborted = new Promise((resolve) => request.signal.addEventListener('abort', resolve))
    polling.resolve()
    await aborted
    return reply('told to stop')
  })
  const answer = fetch(listener.url).then((response) => response.text())
  await polling.promise
  await listener.stop()
  assert.equal(await answer, 'told to stop')
})
