// Brings a fresh clone to a state where it runs: installs the locked dependencies, the pinned Node among them.
// Plain JavaScript, and Node 20 is enough for it, because it is what fetches everything newer.
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const lock = join(root, 'package-lock.json')
const stamp = join(root, 'node_modules', '.myelin-lock.json')
const nodeNeeded = 24

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== readFileSync(lock, 'utf8')) {
  console.error('Setting up: installing dependencies (once, and again when package-lock.json changes) …')
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (status !== 0) {
    console.error('npm ci failed. Check that the npm registry can be reached, then run the command again.')
    process.exit(status ?? 1)
  }
  copyFileSync(lock, stamp)
}

const { stdout, error, stderr } = spawnSync('node', ['--version'], {
  env: { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH}` },
  encoding: 'utf8',
})
if (error || Number(stdout.slice(1).split('.')[0]) < nodeNeeded) {
  console.error(
    `Myelin needs Node ${nodeNeeded} or newer and found ${stdout.trim() || stderr.trim() || error?.message}.\n` +
      'On Linux x64/arm64 and macOS arm64 it brings its own; elsewhere install Node 26. Slim images may need libatomic1.',
  )
  process.exit(1)
}
