// Files from servers that are old, slow, broken or hostile: what is not whole is kept for nobody, what is too much is cut.
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { CertificateAuthority } from '@myelin/server/federation/testing/certificate-authority'
import { json, TlsPeer } from '@myelin/server/federation/testing/tls-peer'
import type { User } from './testing/api.ts'
import { download, mediaPath } from './testing/media.ts'
import { TestServer } from './testing/server.ts'

const errcode = (body: Buffer): unknown => JSON.parse(body.toString()).errcode
const authority = new CertificateAuthority()
const certificate = authority.issue('peer.test', '127.0.0.1')
after(() => authority[Symbol.dispose]())

const jsonPart = '--b\r\nContent-Type: application/json\r\n\r\n{}\r\n--b\r\n'

/** Begins an answer of two parts; the file's headers end with an empty line. */
function begin(response: ServerResponse, headers = 'Content-Type: text/plain\r\n'): void {
  response.writeHead(200, { 'content-type': 'multipart/mixed; boundary="b"' })
  response.write(`${jsonPart}${headers}\r\n`)
}

describe('a file of a server that', () => {
  let peer: TlsPeer
  let server: TestServer
  let alice: User
  let asked = 0
  const uri = () => `mxc://peer.test/file${asked++}`

  before(async () => {
    peer = await TlsPeer.start(certificate, json(404, {}))
    server = await TestServer.start({
      'federation.allowPrivateAddresses': true,
      'federation.trustedCaFile': authority.caFile,
      'federation.hostOverrides': { 'peer.test': `127.0.0.1:${peer.port}` },
      'media.remoteBytesMax': 1_000_000,
    })
    alice = await server.user('alice')
  })
  after(async () => {
    await server[Symbol.asyncDispose]()
    await peer[Symbol.asyncDispose]()
  })

  const isStored = (path: string): boolean =>
    readdirSync(join(server.data, 'media', path), { recursive: true }).length > 0

  test('is slow reaches everybody who asks while it comes, and is asked for once', async () => {
    let finish = () => {}
    peer.answer = (_, response) => {
      begin(response)
      response.write('begin')
      finish = () => response.end('end\r\n--b--')
    }
    peer.seen.length = 0
    const slow = uri()
    const headers = { authorization: `Bearer ${alice.token}` }
    const readers = await Promise.all(
      Array.from({ length: 5 }, () => fetch(server.baseUrl + mediaPath('download', slow), { headers })),
    )
    const streams = readers.map(({ body }) => body!.getReader())
    for (const stream of streams) assert.equal(Buffer.from((await stream.read()).value!).toString(), 'begin')
    finish()
    for (const stream of streams) {
      assert.equal(Buffer.from((await stream.read()).value!).toString(), 'end')
      assert.equal((await stream.read()).done, true)
    }
    assert.equal(peer.seen.length, 1)
    assert.equal((await download(alice, slow)).body.toString(), 'beginend')
    assert.equal(peer.seen.length, 1)
  })

  test('is slow with many files takes no more than its share, and is heard beside them', async () => {
    const released = Promise.withResolvers<void>()
    peer.answer = async (seen, response) => {
      if (!seen.url.includes('/media/')) return json(200, { user_id: '@x:peer.test' })(seen, response)
      begin(response)
      await released.promise
      response.end('\r\n--b--')
    }
    const headers = { authorization: `Bearer ${alice.token}` }
    const asking = Array.from({ length: 65 }, () => fetch(server.baseUrl + mediaPath('download', uri()), { headers }))
    const refused = await Promise.any(
      asking.map(async (reply) => ((await reply).status === 429 ? (await reply).json() : Promise.reject(new Error()))),
    )
    assert.equal((refused as { errcode: string }).errcode, 'M_LIMIT_EXCEEDED')
    const profile = await alice.call('/profile/@x:peer.test')
    assert.equal(profile.status, 200, JSON.stringify(profile.body))
    released.resolve()
    const replies = await Promise.all(asking)
    assert.equal(replies.filter(({ status }) => status === 200).length, 64)
    for (const reply of replies) if (!reply.bodyUsed) await reply.text()
  })

  test('ends too early breaks off for the reader too, and is not kept', async () => {
    peer.answer = (_, response) => {
      begin(response)
      response.end('half a file')
    }
    const half = uri()
    await assert.rejects(download(alice, half))
    peer.answer = json(404, { errcode: 'M_NOT_FOUND', error: 'No' })
    assert.equal((await download(alice, half)).status, 404)
    assert.equal(isStored('incoming'), false)
  })

  test('never ends is cut where it is too large, and one that says so before is refused', async () => {
    const chunk = Buffer.alloc(64 * 1024)
    let sent = 0
    peer.answer = async (_, response) => {
      begin(response)
      while (!response.destroyed && sent < 100_000_000) {
        sent += chunk.length
        response.write(chunk)
        await setImmediate()
        if (response.writableLength > 1_000_000)
          await new Promise((resolve) => response.once('drain', resolve).once('close', resolve))
      }
    }
    await assert.rejects(download(alice, uri()))
    assert.ok(sent < 20_000_000, `${sent} bytes were sent`)
    peer.answer = (_, response) => {
      begin(response, 'Content-Type: text/plain\r\nContent-Length: 1000001\r\n')
      response.write('x')
    }
    const large = await download(alice, uri())
    assert.deepEqual([large.status, errcode(large.body)], [502, 'M_TOO_LARGE'])
  })

  test('answers with what is no multipart of two parts is refused', async () => {
    const answers: readonly [string, string][] = [
      ['multipart/mixed; boundary=b', '--b\r\nContent-Type: text/plain\r\n\r\nno JSON\r\n--b--'],
      ['multipart/mixed; boundary=b', '--b\r\nContent-Type: application/json\r\n\r\n{}\r\n--b--'],
      ['multipart/mixed; boundary=b', `--b\r\n${'x'.repeat(100_000)}`],
      ['multipart/mixed; boundary=b', 'no boundary'],
      ['multipart/mixed', jsonPart],
      ['image/png', 'png'],
    ]
    for (const [type, body] of answers) {
      peer.answer = (_, response) => void response.writeHead(200, { 'content-type': type }).end(body)
      const { status } = await download(alice, uri())
      assert.equal(status, 502, `${type}: ${body.slice(0, 40)}`)
    }
  })

  test('names it with quotes, line breaks and other letters is served under a harmless name', async () => {
    const served = async (headers: string) => {
      peer.answer = (_, response) => {
        begin(response, headers)
        response.end('x\r\n--b--')
      }
      const { headers: got } = await download(alice, uri())
      return [got.get('content-type'), got.get('content-disposition')]
    }
    assert.deepEqual(
      await served('content-type: text/html\r\nContent-Disposition: inline; filename="a\\"b.html"\r\n'),
      ['text/html', 'attachment; filename="a\\"b.html"'],
    )
    assert.deepEqual(await served('Content-Type: image/png\r\nContent-Disposition: inline; filename="é.png"\r\n'), [
      'image/png',
      `inline; filename="_.png"; filename*=UTF-8''%C3%A9.png`,
    ])
    assert.deepEqual(await served(`Content-Disposition: attachment; filename*=UTF-8''a%0D%0Ab%22.txt\r\n`), [
      'application/octet-stream',
      'attachment; filename="ab\\".txt"',
    ])
    assert.deepEqual(await served('Content-Type: nonsense\r\n'), ['application/octet-stream', 'attachment'])
  })

  test('has put it elsewhere is had from there, as long as that is the web', async () => {
    const answer =
      (location: string): TlsPeer['answer'] =>
      ({ url }, response) => {
        if (url === '/elsewhere')
          return void response
            .writeHead(200, { 'content-type': 'image/png', 'content-disposition': 'inline; filename=e.png' })
            .end('elsewhere')
        begin(response, `Location: ${location}\r\n`)
        response.end('\r\n--b--')
      }
    peer.answer = answer(`https://127.0.0.1:${peer.port}/elsewhere`)
    const { body, headers } = await download(alice, uri())
    assert.equal(body.toString(), 'elsewhere')
    assert.equal(headers.get('content-disposition'), 'inline; filename="e.png"')
    for (const location of ['file:///etc/passwd', `http://127.0.0.1:${peer.port}/elsewhere`, 'nonsense']) {
      peer.answer = answer(location)
      assert.equal((await download(alice, uri())).status, 502, location)
    }
  })

  test('is of before 2024 is asked at the endpoint of then', async () => {
    peer.answer = ({ url }, response) => {
      if (url.startsWith('/_matrix/federation/'))
        return void json(404, { errcode: 'M_UNRECOGNIZED' })({} as never, response)
      response.writeHead(200, { 'content-type': 'text/plain' }).end(`old ${new URL(url, 'https://x').searchParams}`)
    }
    const { body } = await download(alice, uri())
    assert.match(body.toString(), /^old allow_remote=false&timeout_ms=20000$/)
  })

  test('makes no thumbnails is asked for the whole file; its own thumbnails must be pictures', async () => {
    peer.answer = ({ url }, response) => {
      if (url.includes('/thumbnail/')) begin(response, 'Content-Type: text/html\r\n')
      else begin(response)
      response.end('no picture\r\n--b--')
    }
    const query = { width: '32', height: '32', method: 'crop' }
    const { status, body } = await download(alice, uri(), { kind: 'thumbnail', query })
    assert.deepEqual([status, errcode(body)], [400, 'M_UNKNOWN'])
  })
})
