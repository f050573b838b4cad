// `npm run test:interop`: Myelin beside a real Synapse, over TLS on this machine. Installs Synapse when it is not there yet.
// Arguments narrow the run: `npm run test:interop -- test/interop/rooms.test.ts`.
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { installSynapse } from './testing/install.ts'

const root = join(import.meta.dirname, '../..')
const parameters = process.argv.slice(2)
const wanted = parameters.filter((parameter) => !parameter.startsWith('-'))

const installation = installSynapse()
if ('unreachable' in installation) {
  process.stdout.write(`interop did not run: ${installation.unreachable} cannot be reached\n`)
  process.exit(0)
}
const files = wanted.length > 0 ? wanted : globSync('test/interop/*.test.ts', { cwd: root }).toSorted()
// All files share one process, and with it the two servers that testing/pair.ts starts.
const more = parameters.filter((parameter) => parameter.startsWith('-'))
const options = ['--test', '--test-isolation=none', '--test-timeout=120000', ...more]
const { status } = spawnSync(process.execPath, [...options, ...files], {
  stdio: 'inherit',
  cwd: root,
  env: { ...process.env, INTEROP_PYTHON: installation.python },
})
process.exit(status ?? 1)
