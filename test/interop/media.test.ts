// Files and their thumbnails, fetched from the other server.
import assert from 'node:assert/strict'
import { randomBytes, randomInt } from 'node:crypto'
import { describe } from 'node:test'
import sharp from 'sharp'
import { download, upload } from '../system/testing/media.ts'
import { bothWays } from './testing/pair.ts'

describe('media', { concurrency: 4 }, () => {
  bothWays('a file is downloaded as it was uploaded, with its type', async ({ host, guest }) => {
    const bytes = randomBytes(1_500_000)
    const uri = await upload(host, bytes, { contentType: 'application/pdf' })
    for (const _ of ['first', 'kept']) {
      const { status, headers, body } = await download(guest, uri)
      assert.equal(status, 200, body.toString())
      assert.ok(bytes.equals(body))
      assert.equal(headers.get('content-type'), 'application/pdf')
    }
  })

  bothWays('a file keeps its name', async ({ host, guest }) => {
    const uri = await upload(host, randomBytes(100), { fileName: 'Bericht für März.pdf' })
    const { headers } = await download(guest, uri)
    assert.match(headers.get('content-disposition') ?? '', /filename\*=utf-8''Bericht%20f%C3%BCr%20M%C3%A4rz\.pdf/i)
  })

  bothWays('a thumbnail of an image is had', async ({ host, guest }) => {
    // Of another colour each time: Dendrite answers with no thumbnail where it has one of the same bytes as another file.
    const background = { r: randomInt(256), g: randomInt(256), b: randomInt(256) }
    const image = sharp({ create: { width: 1200, height: 800, channels: 3, background } })
    const uri = await upload(host, await image.png().toBuffer(), { contentType: 'image/png', fileName: 'plain.png' })
    for (const [method, width, height] of [
      ['crop', 96, 96],
      ['scale', 320, 240],
    ] as const) {
      const query = { method, width: `${width}`, height: `${height}` }
      const { status, body } = await download(guest, uri, { kind: 'thumbnail', query })
      assert.equal(status, 200, body.toString().slice(0, 500))
      const shown = await sharp(body).metadata()
      assert.ok(shown.width <= 800 && shown.width >= Math.min(width, 96), `${shown.width} wide`)
      if (method === 'crop') assert.deepEqual([shown.width, shown.height], [96, 96])
    }
  })

  bothWays('a file that is not there is not found', async ({ guest, home }) => {
    const { status, body } = await download(guest, `mxc://${home.serverName}/doesNotExist`)
    assert.equal(status, 404)
    assert.equal(JSON.parse(body.toString()).errcode, 'M_NOT_FOUND')
  })

  bothWays('an avatar of the other server is shown', async ({ host, guest }) => {
    const image = sharp({ create: { width: 64, height: 64, channels: 3, background: 'red' } })
    const uri = await upload(host, await image.png().toBuffer(), { contentType: 'image/png' })
    await host.put(`/profile/${encodeURIComponent(host.userId)}/avatar_url`, { avatar_url: uri })
    const { avatar_url: seen } = await guest.get(`/profile/${encodeURIComponent(host.userId)}`)
    assert.equal(seen, uri)
    assert.equal((await download(guest, seen)).status, 200)
  })
})
