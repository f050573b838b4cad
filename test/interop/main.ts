// `npm run test:interop`: Myelin beside a real Synapse, or `--with dendrite` beside a Dendrite, over TLS on this machine.
// Installs the other server when it is not there yet. Files narrow the run, and so does `--name PATTERN`; `--within SECONDS`
// ends it, finished or not.
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { parseArgs } from 'node:util'
import { kindOf } from './testing/kinds.ts'

const root = join(import.meta.dirname, '../..')
const testTimeoutMs = 120_000

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { name: { type: 'string' }, with: { type: 'string', default: 'synapse' }, within: { type: 'string' } },
})
process.chdir(root)
const installation = kindOf(values.with).install()
if ('unreachable' in installation) end(0, `interop did not run: ${installation.unreachable} cannot be reached`)
// testing/pair.ts reads it.
process.env['INTEROP_WITH'] = values.with

let passed = 0
let failed = 0
if (values.within !== undefined) {
  const outOfTime = () =>
    end(
      failed > 0 ? 1 : 0,
      `interop was ended after ${values.within} seconds: ${passed} passed, ${failed} failed, others did not run`,
    )
  setTimeout(outOfTime, Number(values.within) * 1000).unref()
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => end(1, `interop was ended by ${signal}`))
// All files share this process, and with it the two servers that testing/pair.ts starts.
const tests = run({
  files: positionals.length > 0 ? positionals : globSync('test/interop/*.test.ts').toSorted(),
  isolation: 'none',
  timeout: testTimeoutMs,
  ...(values.name === undefined ? {} : { testNamePatterns: [new RegExp(values.name)] }),
})
tests.on('test:pass', ({ details, skip }) => {
  passed += Number(details.type !== 'suite' && skip === undefined)
})
tests.on('test:fail', ({ details }) => {
  failed += Number(details.type !== 'suite')
  process.exitCode = 1
})
tests.compose(spec).pipe(process.stdout)

function end(code: number, message: string): never {
  process.stdout.write(`${message}\n`)
  process.exit(code)
}
