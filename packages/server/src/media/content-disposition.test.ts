// A file name goes through the header and comes out as it was, and no name makes a second header.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { cleanFileName, contentDisposition, fileNameIn } from './content-disposition.ts'

describe('Content-Disposition', () => {
  test('brings every clean file name through, in characters that any header may have', () =>
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 300 }), (units) => {
        const name = String.fromCharCode(...units.map((unit) => (unit % 3 === 0 ? unit : unit % 256)))
        const clean = cleanFileName(name)
        const header = contentDisposition('attachment', clean)
        assert.match(header, /^[\u0020-\u007e]*$/)
        if (clean !== undefined && clean === clean.trim()) assert.equal(fileNameIn(header), clean)
      }),
    ))

  test('is read as other servers write it', () => {
    assert.equal(fileNameIn('inline'), undefined)
    assert.equal(fileNameIn(undefined), undefined)
    assert.equal(fileNameIn('attachment; filename=a.txt'), 'a.txt')
    assert.equal(fileNameIn('attachment; filename="a; b.txt"; size=1'), 'a; b.txt')
    assert.equal(fileNameIn("inline; filename*=utf-8''%e2%82%ac.txt"), '€.txt')
    assert.equal(fileNameIn("inline; filename*=utf-8'en'%E2%82%AC.txt; filename=e.txt"), '€.txt')
    assert.equal(fileNameIn("inline; filename*=UTF-8''%FF; filename=plain.txt"), 'plain.txt')
    assert.equal(fileNameIn('inline; filename=""'), undefined)
  })

  test('has no room for endless names', () => assert.equal(cleanFileName('x'.repeat(10_000))?.length, 255))
})
