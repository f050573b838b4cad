// Runs many seeds on all processors: each in a process that is replaced now and then, so that what crashed servers leave
// behind in memory does not add up. What the first of them have compiled serves the others.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Outcome, SimulationOptions } from './simulation.ts'

const seedsPerProcess = 50

/** Outcomes as they come, in no order. */
export async function runSeeds(
  runs: readonly SimulationOptions[],
  onOutcome: (outcome: Outcome) => void,
  processes: number = availableParallelism(),
): Promise<void> {
  const waiting = [...runs]
  const compiled = mkdtempSync(join(tmpdir(), 'myelin-simulator-'))
  const work = async (): Promise<void> => {
    while (waiting.length > 0) {
      const child = fork(join(import.meta.dirname, 'seed-process.ts'), {
        env: { ...process.env, NODE_COMPILE_CACHE: compiled },
      })
      const exit = once(child, 'exit')
      for (let count = 0; count < seedsPerProcess; count++) {
        const run = waiting.shift()
        if (run === undefined) break
        onOutcome(await outcomeOf(child, run))
      }
      child.disconnect()
      await exit
    }
  }
  try {
    await Promise.all(Array.from({ length: Math.min(processes, runs.length) }, work))
  } finally {
    rmSync(compiled, { recursive: true, force: true })
  }
}

function outcomeOf(child: ChildProcess, run: SimulationOptions): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const died = () => reject(new Error(`The process of seed ${run.seed} has ended`))
    child.once('exit', died)
    child.once('message', (outcome: Outcome) => {
      child.off('exit', died)
      resolve(outcome)
    })
    child.send(run)
  })
}
