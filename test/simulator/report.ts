// What a person is told of a simulation that went wrong: what differs, how it came to that, and how to see it again.
import type { Outcome } from './simulation.ts'

const problemsShown = 8
const charactersShown = 1_500

export function report({ seed, steps, servers, problems, trace }: Outcome): string {
  const shown = problems.slice(0, problemsShown).map((text) => `  - ${text.slice(0, charactersShown)}`)
  const more = problems.length > problemsShown ? [`  … and ${problems.length - problemsShown} more`] : []
  return [
    `Seed ${seed} fails: ${problems.length} differences after ${steps} steps on ${servers} servers.`,
    ...shown,
    ...more,
    'The end of what happened:',
    ...trace.map((line) => `  ${line}`),
    `Replay: npm run simulate -- --seed ${seed} --steps ${steps} (all that happens: SIMULATOR_TRACE=1)`,
  ].join('\n')
}
