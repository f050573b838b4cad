// Files in a folder: what is no longer there is said once, however many ask for it.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { MatrixError } from '@myelin/protocol/errors'
import { systemEnvironment } from '../environment.ts'
import { FileFolder } from './file-folder.ts'

test('a file that is missing is not found by any way, and reported once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'myelin-files-'))
  const reported: string[] = []
  const onMissing = (path: string) => void reported.push(path)
  const files = new FileFolder({ folder, isSynced: false, environment: systemEnvironment, onMissing })
  const [one, two] = ['1'.repeat(64), '2'.repeat(64)]
  const isNotFound = (error: unknown) => error instanceof MatrixError && error.errcode === 'M_NOT_FOUND'
  await assert.rejects(files.open(one), isNotFound)
  await assert.rejects(files.open(one, { start: 0, end: 1 }), isNotFound)
  await assert.rejects(files.localPath(one), isNotFound)
  await assert.rejects(files.localPath(two), isNotFound)
  assert.deepEqual(reported, [join(folder, 'files/11', one), join(folder, 'files/22', two)])
  rmSync(folder, { recursive: true })
})
