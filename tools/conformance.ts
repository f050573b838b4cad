// `npm run conformance`: holds the protocol library against the specification's data (MATRIX_SPEC=path, a checkout of
// matrix-spec; ../shared/matrix-spec by default). Prints what differs; the last line is `N passed, N failed`.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { checkCoverage } from './conformance/coverage.ts'
import { differences } from './conformance/differences.ts'
import { compareEvents } from './conformance/events.ts'
import { compareOperations } from './conformance/operations.ts'
import { createReport } from './conformance/report.ts'

const root = resolve(import.meta.dirname, '..')
const specification = resolve(root, process.env['MATRIX_SPEC'] ?? '../shared/matrix-spec')

if (existsSync(join(specification, 'data/api/client-server'))) {
  const run = { report: createReport(), specification, tried: new Set<unknown>() }
  await compareOperations(run)
  compareEvents(run)
  console.log(`${checkCoverage(run)} examples in the schemas and operations of the specification`)
  process.exitCode = run.report.finish(differences, console.log) === 0 ? 0 : 1
} else {
  console.error(`There is no specification at ${specification}; set MATRIX_SPEC to a checkout of matrix-spec.`)
  console.log('0 passed, 1 failed')
  process.exitCode = 1
}
