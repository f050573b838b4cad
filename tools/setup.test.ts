// The set-up of a fresh clone, with an npm that only says that it was called: commands that begin at once take turns.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'

/** Installs once there is a file `go`. */
const npm = `#!/bin/sh
echo begin >> installed
while [ ! -e go ]; do sleep 0.02; done
echo end >> installed
`

/** A folder with nothing installed. */
function freshClone(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'myelin-setup-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  for (const path of ['tools', 'node_modules/.bin']) mkdirSync(join(folder, path), { recursive: true })
  copyFileSync(join(import.meta.dirname, 'setup.mjs'), join(folder, 'tools/setup.mjs'))
  writeFileSync(join(folder, 'package-lock.json'), '{}')
  writeFileSync(join(folder, 'node_modules/.bin/npm'), npm, { mode: 0o755 })
  const begin = () => {
    const env = { ...process.env, PATH: dirname(process.execPath) + delimiter + process.env['PATH'] }
    const child = spawn(process.execPath, ['tools/setup.mjs'], { cwd: folder, env })
    const said = once(child.stderr, 'data').then(([data]) => String(data))
    return { said, ended: once(child, 'exit').then(([code]) => code as number) }
  }
  const installed = () => (existsSync(join(folder, 'installed')) ? readFileSync(join(folder, 'installed'), 'utf8') : '')
  return { folder, begin, installed, go: () => writeFileSync(join(folder, 'go'), '') }
}

test('of two commands in a fresh clone one installs, and the other waits for it and goes on', async (t) => {
  const clone = freshClone(t)
  const first = clone.begin()
  assert.match(await first.said, /^Setting up/)
  const second = clone.begin()
  assert.match(await second.said, /^Waiting for another command/)
  clone.go()
  assert.deepEqual(await Promise.all([first.ended, second.ended]), [0, 0])
  assert.equal(clone.installed(), 'begin\nend\n')
  assert.ok(!existsSync(join(clone.folder, '.setup.pid')))
})

test('a set-up that was killed keeps no other from beginning', async (t) => {
  const clone = freshClone(t)
  const gone = spawnSync(process.execPath, ['--version']).pid
  writeFileSync(join(clone.folder, '.setup.pid'), String(gone))
  clone.go()
  assert.equal(await clone.begin().ended, 0)
  assert.equal(clone.installed(), 'begin\nend\n')
})
