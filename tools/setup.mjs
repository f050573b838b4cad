// Brings a fresh clone to a state where it runs: installs the locked dependencies, the pinned Node among them, and with
// `--build` bundles the commands when their sources have changed.
// Plain JavaScript, and Node 20 is enough for it, because it is what fetches everything newer.
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const root = join(import.meta.dirname, '..')
const lock = join(root, 'package-lock.json')
const installed = join(root, 'node_modules', '.myelin-lock.json')
const built = join(root, 'dist', '.built')
const turn = join(root, '.setup.pid')
const nodeNeeded = 24
const environment = { ...process.env, PATH: join(root, 'node_modules', '.bin') + delimiter + process.env.PATH }

const give = (message) => {
  console.error(message)
  process.exit(1)
}
const run = (command, parameters) =>
  spawnSync(command, parameters, {
    cwd: root,
    env: environment,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  }).status

const isInstalled = () => existsSync(installed) && readFileSync(installed, 'utf8') === readFileSync(lock, 'utf8')

/** Whether a source, or what bundles it, is newer than the bundle. */
const isOutdated = () => {
  if (!existsSync(built)) return true
  const { mtimeMs } = statSync(built)
  const isNewer = (path) => statSync(path).mtimeMs > mtimeMs
  return (
    isNewer(lock) ||
    isNewer(join(root, 'tools', 'build.ts')) ||
    readdirSync(join(root, 'packages')).some((name) => {
      const source = join(root, 'packages', name, 'src')
      return existsSync(source) && readdirSync(source, { recursive: true }).some((path) => isNewer(join(source, path)))
    })
  )
}

const isAlive = (pid) => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error.code !== 'ESRCH'
  }
}
/** Waits for another set-up of this folder, such as that of a server that starts in the next terminal. */
const takeTurn = () => {
  for (let isFirstTry = true; ; isFirstTry = false)
    try {
      writeFileSync(turn, String(process.pid), { flag: 'wx' })
      process.once('exit', () => rmSync(turn, { force: true }))
      return
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
      if (isFirstTry) console.error('Waiting for another command that is setting up …')
      else if (existsSync(turn) && !isAlive(Number(readFileSync(turn, 'utf8')))) rmSync(turn, { force: true })
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
    }
}
const mayBuild = process.argv.includes('--build')

if (!isInstalled() || (mayBuild && isOutdated())) takeTurn()
if (!isInstalled()) {
  console.error('Setting up: installing dependencies (once, and again when package-lock.json changes) …')
  if (run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']) !== 0)
    give('npm ci failed. Check that the npm registry can be reached, then run the command again.')
  copyFileSync(lock, installed)
}

const { stdout, stderr, error } = spawnSync('node', ['--version'], { env: environment, encoding: 'utf8' })
if (error || !(Number(stdout.slice(1).split('.')[0]) >= nodeNeeded))
  give(
    `Myelin needs Node ${nodeNeeded} or newer and found ${stdout?.trim() || stderr?.trim() || error?.message}.\n` +
      'On Linux x64/arm64 and macOS arm64 it brings its own; elsewhere install Node 26. Slim images may need libatomic1.',
  )

if (mayBuild && isOutdated() && run('node', ['tools/build.ts']) !== 0)
  give('The commands could not be bundled; see above. They also run from source: node packages/server/src/main.ts')
