// The processes that make thumbnails come when there is work, go when there is none, and are not waited for for ever.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import sharp from 'sharp'
import { systemEnvironment } from '../environment.ts'
import { Thumbnailer } from './thumbnailer.ts'

const folder = mkdtempSync(join(tmpdir(), 'myelin-thumbnails-'))
after(() => rmSync(folder, { recursive: true }))

const path = (name: string) => join(folder, name)
const job = (from: string, to = path('out')) =>
  ({ width: 32, height: 32, method: 'crop', animated: false, from, to }) as const

const until = async (isSo: () => boolean) => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe('thumbnails', () => {
  test('are made by at most two processes, which end when there is nothing to do', async () => {
    await using thumbnailer = new Thumbnailer({ environment: systemEnvironment, idleMs: 50 })
    assert.equal(thumbnailer.processes, 0)
    await sharp({ create: { width: 100, height: 50, channels: 3, background: 'red' } })
      .png()
      .toFile(path('in.png'))
    const making = Array.from({ length: 6 }, (_, n) => thumbnailer.make(job(path('in.png'), path(`out${n}`))))
    assert.equal(thumbnailer.processes, 2)
    for (const outcome of await Promise.all(making))
      assert.deepEqual(outcome, { kind: 'made', contentType: 'image/jpeg', width: 32, height: 32 })
    await until(() => thumbnailer.processes === 0)
    assert.equal((await thumbnailer.make(job(path('in.png')))).kind, 'made')
  })

  test('that take too long are given up, and the next are made', async () => {
    await using thumbnailer = new Thumbnailer({ environment: systemEnvironment, timeoutMs: 1 })
    assert.deepEqual(await thumbnailer.make(job(path('in.png'))), { kind: 'refused' })
  })

  test('are refused of vector graphics, of documents, of nothing, and of what is cut off', async () => {
    await using thumbnailer = new Thumbnailer({ environment: systemEnvironment })
    const png = await sharp({ create: { width: 900, height: 900, channels: 3, background: 'red' } })
      .composite([{ input: Buffer.from('<svg><circle r="300" cx="400" cy="400"/></svg>') }])
      .png()
      .toBuffer()
    const files = {
      svg: '<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"><image href="file:///etc/passwd"/></svg>',
      pdf: '%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>',
      empty: '',
      cut: png.subarray(0, png.length / 2),
    }
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(path(name), content)
      assert.deepEqual(await thumbnailer.make(job(path(name))), { kind: 'refused' }, name)
    }
    assert.deepEqual(await thumbnailer.make(job(path('not there'))), { kind: 'refused' })
  })

  test('are made of what browsers show: JPEG, PNG, GIF, WebP and AVIF', async () => {
    await using thumbnailer = new Thumbnailer({ environment: systemEnvironment })
    const image = sharp({ create: { width: 100, height: 100, channels: 3, background: 'red' } })
    for (const format of ['jpeg', 'png', 'gif', 'webp', 'avif'] as const) {
      await image
        .clone()
        .toFormat(format)
        .toFile(path(`in.${format}`))
      const { kind } = await thumbnailer.make(job(path(`in.${format}`)))
      assert.equal(kind, 'made', format)
    }
  })

  test('stand the right way up, and say nothing of where the picture was taken', async () => {
    await using thumbnailer = new Thumbnailer({ environment: systemEnvironment })
    await sharp({ create: { width: 400, height: 200, channels: 3, background: 'red' } })
      .jpeg()
      .withExif({ IFD0: { Copyright: 'secret' } })
      .withMetadata({ orientation: 6 })
      .toFile(path('turned.jpg'))
    const outcome = await thumbnailer.make({ ...job(path('turned.jpg')), width: 100, height: 100, method: 'scale' })
    assert.deepEqual(outcome, { kind: 'made', contentType: 'image/jpeg', width: 50, height: 100 })
    const { exif, orientation } = await sharp(path('out')).metadata()
    assert.deepEqual([exif, orientation], [undefined, undefined])
  })
})
