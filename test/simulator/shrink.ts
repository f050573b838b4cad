// The same failure with fewer steps: what follows the step that broke it can be left out.
import { simulate, type Outcome } from './simulation.ts'

/** The shortest run of the seed that still fails, found by halving. */
export async function shrink(failed: Outcome): Promise<Outcome> {
  let shortest = failed
  let well = 0
  while (shortest.steps - well > 1) {
    const outcome = await simulate({ seed: failed.seed, steps: Math.floor((well + shortest.steps) / 2) })
    if (outcome.problems.length > 0) shortest = outcome
    else well = outcome.steps
  }
  return shortest
}
