// The listening socket: what it refuses before anything is parsed, and how it stops.
import assert from 'node:assert/strict'
import { request as send } from 'node:http'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
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

test('a body of crumbs is not read on', async () => {
  const outcome = (error: unknown) => String(error)
  const listener = await open(async (request) => reply(await request.text(100_000).catch(outcome)))
  const send = async (piece: string, times: number) => {
    const socket = connect(listener.port, '127.0.0.1')
    socket.on('error', () => undefined) // it is cut off while it sends
    socket.write('PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nHost: us\r\nConnection: close\r\n\r\n')
    socket.write(`${piece.length.toString(16)}\r\n${piece}\r\n`.repeat(times) + '0\r\n\r\n')
    return text(socket).catch(() => '')
  }
  assert.match(await send('x', 900), /x{900}$/)
  assert.match(await send('x'.repeat(64), 1500), /x{96000}$/)
  assert.equal(await send('x', 50_000), '')
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

/** Bytes without end; counts what has been asked for. */
function endless() {
  const counted = { bytes: 0 }
  const stream = new Readable({
    read() {
      counted.bytes += 16_384
      this.push(Buffer.alloc(16_384))
    },
  })
  return { stream, counted }
}

test('a stream is read no faster than the caller takes it, and ended when the caller goes', async () => {
  const { stream, counted } = endless()
  const closed = new Promise((resolve) => stream.once('close', resolve))
  const listener = await open(async () => ({ status: 200, headers: {}, body: stream }))
  const socket = connect(listener.port, '127.0.0.1').pause()
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  let before = -1
  while (counted.bytes === 0 || counted.bytes !== before) {
    before = counted.bytes
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.ok(counted.bytes < 50_000_000, `${counted.bytes} bytes were read for nobody`)
  socket.destroy()
  await closed
  await listener.stop()
})

test('of a stream that only the headers are asked of nothing is read', async () => {
  const { stream, counted } = endless()
  const listener = await open(async () => ({ status: 200, headers: { 'content-length': '5' }, body: stream }))
  const { headers } = await fetch(listener.url, { method: 'HEAD' })
  assert.equal(headers.get('content-length'), '5')
  assert.deepEqual([stream.destroyed, counted.bytes], [true, 0])
  await listener.stop()
})

test('a body is asked for when somebody reads it, and not when nobody does', async () => {
  const listener = await open(async (request) => reply(request.path === '/read' ? await request.text(10) : 'refused'))
  const put = (path: string) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const headers = { expect: '100-continue', 'content-length': 2 }
    const outgoing = send(listener.url + path, { method: 'PUT', headers, agent: false }, (response) =>
      text(response).then(resolve, reject),
    )
    outgoing.on('continue', () => outgoing.end('ok')).on('error', reject)
    outgoing.flushHeaders()
    return promise
  }
  assert.equal(await put('/read'), 'ok')
  assert.equal(await put('/'), 'refused')
  await listener.stop()
})

test('a caller who is still sending reads the answer', async () => {
  const listener = await open(async () => reply('no more'))
  const body = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) })
  const response = await fetch(listener.url, { method: 'PUT', body, duplex: 'half' } as RequestInit)
  assert.equal(await response.text(), 'no more')
  await listener.stop()
})
