// npm run simulate -- [--seed S] [--seeds N] [--steps N] [--shrink]: runs seeds S to S + N − 1; exits with 1 if any fails.
import { parseArgs } from 'node:util'
import { report } from './report.ts'
import { runSeeds } from './run-seeds.ts'
import { shrink } from './shrink.ts'
import { simulate, type Outcome } from './simulation.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    steps: { type: 'string' },
    shrink: { type: 'boolean', default: false },
  },
})
const first = Number(values.seed)
const count = Number(values.seeds)
const steps = values.steps === undefined ? undefined : Number(values.steps)

const failed: Outcome[] = []
const totals = { events: 0, rooms: 0 }
function note(outcome: Outcome): void {
  totals.events += outcome.events
  totals.rooms += outcome.rooms
  if (outcome.problems.length === 0 && count > 1) return
  if (outcome.problems.length > 0) failed.push(outcome)
  const { seed, digest, problems } = outcome
  console.log(count === 1 && problems.length === 0 ? `Seed ${seed} is well (${digest})` : summary(outcome))
}

const summary = ({ seed, digest, problems, servers, steps: taken }: Outcome): string =>
  `Seed ${seed} (${servers} servers, ${taken} steps, ${digest}): ${problems.length} differences: ${problems[0]?.split('\n')[0]?.slice(0, 160)}`

const startMs = performance.now()
const runs = Array.from({ length: count }, (_, index) => ({ seed: first + index, steps }))
if (count === 1) note(await simulate(runs[0]!))
else await runSeeds(runs, note)

const [worst] = failed.toSorted((a, b) => a.seed - b.seed)
if (worst) console.log(`\n${report(values.shrink ? await shrink(worst) : worst)}`)
const seconds = ((performance.now() - startMs) / 1000).toFixed(1)
console.log(
  `${count} seeds in ${seconds} s: ${failed.length} failed; ${totals.rooms} rooms, ${totals.events} acknowledged events`,
)
process.exitCode = failed.length > 0 ? 1 : 0
