// `npm test`: every *.test.ts of the packages, the tools and the whole-system suite, in Node's own test runner.
// Arguments narrow the run: `npm test -- packages/server/src/rooms` runs what lies below that folder.
import { spawnSync } from 'node:child_process'
import { globSync, statSync } from 'node:fs'
import { join } from 'node:path'

const folders = ['packages/*/src', 'tools', 'bench', 'test/system', 'test/simulator']
const wanted = process.argv.slice(2)
const patterns = (wanted.length > 0 ? wanted : folders).map((path) =>
  path.includes('*') || (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false)
    ? join(path, '**/*.test.ts')
    : path,
)
const files = globSync(patterns).filter((path) => !path.includes('node_modules'))
const options = ['--test', '--test-concurrency=2', '--test-timeout=300000', '--import=./tools/property-seed.ts']
const root = join(import.meta.dirname, '..')
const { status } = spawnSync(process.execPath, [...options, ...files], { stdio: 'inherit', cwd: root })
process.exit(status ?? 1)
