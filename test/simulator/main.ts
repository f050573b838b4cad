// npm run simulate -- [--seed S] [--seeds N] [--within SECONDS] [--steps N] [--shrink]: runs seeds S to S + N − 1, or as many
// as can be begun in that time; exits with 1 if any fails.
import { parseArgs } from 'node:util'
import { report } from './report.ts'
import { runSeeds } from './run-seeds.ts'
import { shrink } from './shrink.ts'
import { simulate, type Outcome, type SimulationOptions } from './simulation.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    within: { type: 'string', default: 'Infinity' },
    steps: { type: 'string' },
    shrink: { type: 'boolean', default: false },
  },
})
const first = Number(values.seed)
const count = Number(values.seeds)
const steps = values.steps === undefined ? undefined : Number(values.steps)

const failed: Outcome[] = []
const totals = { seeds: 0, events: 0, rooms: 0 }
function note(outcome: Outcome): void {
  totals.seeds++
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
const endMs = startMs + Number(values.within) * 1000
if (count === 1) note(await simulate({ seed: first, steps }))
else await runSeeds(runs(), note)

function* runs(): Generator<SimulationOptions, void> {
  for (let seed = first; seed < first + count && performance.now() < endMs; seed++) yield { seed, steps }
}

const [worst] = failed.toSorted((a, b) => a.seed - b.seed)
if (worst) console.log(`\n${report(values.shrink ? await shrink(worst) : worst)}`)
const seconds = ((performance.now() - startMs) / 1000).toFixed(1)
console.log(
  `${totals.seeds} seeds in ${seconds} s: ${failed.length} failed; ${totals.rooms} rooms, ${totals.events} acknowledged events`,
)
process.exitCode = failed.length > 0 ? 1 : 0
