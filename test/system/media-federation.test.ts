// Files between two servers over TLS: fetched once, kept, shrunk, and gone with their server's word.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import sharp from 'sharp'
import { call, type User } from './testing/api.ts'
import { download, upload } from './testing/media.ts'
import { eventually, Network } from './testing/network.ts'

const errcode = (body: Buffer): unknown => JSON.parse(body.toString()).errcode

describe('a file of another server', () => {
  let net: Network
  let alice: User
  let bob: User

  before(async () => {
    net = await Network.create(2)
    alice = await net.server(0).user('alice')
    bob = await net.server(1).user('bob')
  })
  after(() => net[Symbol.asyncDispose]())

  const downloadAt = async (server: number, uri: string) => (await download(server === 0 ? alice : bob, uri)).status

  test('is not found when it is not there, and not there yet while it is only reserved', async () => {
    const baseUrl = net.server(0).baseUrl
    const nothing = await download(bob, `mxc://${net.server(0).serverName}/nothing`)
    assert.deepEqual([nothing.status, errcode(nothing.body)], [404, 'M_NOT_FOUND'])
    const create = { method: 'POST', token: alice.token }
    const { content_uri: uri } = (await call(baseUrl, '/_matrix/media/v1/create', create)).body
    const early = await download(bob, uri, { query: { timeout_ms: '50' } })
    assert.deepEqual([early.status, errcode(early.body)], [504, 'M_NOT_YET_UPLOADED'])
    const patient = download(bob, uri)
    const put = { method: 'PUT', token: alice.token, raw: 'now' }
    await call(baseUrl, `/_matrix/media/v3/upload/${uri.slice('mxc://'.length)}`, put)
    assert.equal((await patient).body.toString(), 'now')
  })

  test('in quarantine is served to nobody, under no URI; deleted, it is gone', async () => {
    const { media } = net.server(0).services
    const bytes = randomBytes(1000)
    const [one, two] = [await upload(alice, bytes), await upload(alice, bytes)]
    const keyOf = (uri: string) => {
      const [serverName = '', mediaId = ''] = uri.slice('mxc://'.length).split('/')
      return { serverName, mediaId }
    }
    const statusFor = async (user: User, uri: string) => (await download(user, uri)).status
    await media.setQuarantine(keyOf(one), true)
    assert.deepEqual([await statusFor(bob, one), await statusFor(alice, two)], [404, 404])
    assert.equal(await statusFor(alice, await upload(alice, bytes)), 404)
    await media.setQuarantine(keyOf(one), false)
    assert.deepEqual([await statusFor(bob, one), await statusFor(alice, two)], [200, 200])
    await media.deleteFile(keyOf(one))
    assert.deepEqual([await statusFor(alice, one), await statusFor(alice, two)], [404, 200])
  })

  test('that nobody wants any more is forgotten, and had again when somebody does', async () => {
    const uri = await upload(alice, randomBytes(1000))
    await download(bob, uri)
    const { media } = net.server(1).services
    // Who asked has the file a moment before it is kept.
    const purge = () => media.purgeRemote(Date.now() + 1000)
    await eventually(async () => ((await purge()).bytes >= 1000 ? true : undefined))
    await eventually(async () => ((await purge()).files === 0 ? true : undefined))
    assert.equal((await download(bob, uri)).status, 200)
  })

  test('whose bytes are gone from the disk of its server is not found; from the disk here, it is fetched again', async () => {
    const image = await sharp({ create: { width: 900, height: 900, channels: 3, background: 'red' } })
      .png()
      .toBuffer()
    const [lost, kept] = [
      await upload(alice, image, { contentType: 'image/png' }),
      await upload(alice, randomBytes(99)),
    ]
    const wipe = (server: number) =>
      rmSync(join(net.server(server).data, 'media/files'), { recursive: true, force: true })
    await download(bob, kept)
    await eventually(async () => ((await downloadAt(1, kept)) === 200 ? true : undefined))
    wipe(1)
    await download(bob, kept) // it is noticed now
    assert.equal((await download(bob, kept)).status, 200)
    wipe(0)
    const query = { width: '96', height: '96', method: 'crop' }
    for (const user of [alice, bob])
      for (const kind of ['download', 'thumbnail'] as const) {
        const reply = await download(user, lost, { kind, query: kind === 'thumbnail' ? query : {} })
        assert.deepEqual([reply.status, errcode(reply.body)], [404, 'M_NOT_FOUND'], `${kind} of ${user.userId}`)
      }
    assert.equal(await upload(alice, image).then((uri) => downloadAt(0, uri)), 200)
    assert.equal(await downloadAt(0, lost), 200, 'the same bytes are the same file')
  })

  test('is had from there, with its name and type, and kept: again when that server is away', async () => {
    const bytes = randomBytes(2_000_000)
    const kept = await upload(alice, bytes, { contentType: 'video/mp4', fileName: 'é "clip".mp4' })
    const image = await sharp({ create: { width: 900, height: 900, channels: 3, background: 'blue' } })
      .png()
      .toBuffer()
    const picture = await upload(alice, image, { contentType: 'image/png' })
    const never = await upload(alice, randomBytes(10))
    const query = { width: '96', height: '96', method: 'crop' }
    const first = await download(bob, kept)
    assert.deepEqual([first.status, bytes.equals(first.body)], [200, true])
    assert.equal(first.headers.get('content-type'), 'video/mp4')
    assert.match(
      first.headers.get('content-disposition') ?? '',
      /^inline; .*filename\*=UTF-8''%C3%A9%20%22clip%22\.mp4$/,
    )
    const small = await download(bob, picture, { kind: 'thumbnail', query })
    assert.deepEqual([small.status, (await sharp(small.body).metadata()).width], [200, 96])

    await net.server(0).stop()
    const again = await download(bob, kept, { headers: { range: 'bytes=10-19' } })
    assert.deepEqual([again.status, bytes.subarray(10, 20).equals(again.body)], [206, true])
    const smallAgain = await download(bob, picture, { kind: 'thumbnail', query })
    assert.ok(smallAgain.body.equals(small.body))
    const gone = await download(bob, never)
    assert.deepEqual([gone.status, errcode(gone.body)], [502, 'M_CONNECTION_FAILED'])
  })
})
