// Runs many seeds on all processors: each in a process that is replaced now and then, so that what crashed servers leave
// behind in memory does not add up. What the first of them have compiled serves the others.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Outcome, SimulationOptions } from './simulation.ts'

const seedsPerProcess = 50

/** Outcomes as they come, in no order. Each run is asked for when a process is free for it. */
export async function runSeeds(
  runs: Iterator<SimulationOptions, void>,
  onOutcome: (outcome: Outcome) => void,
  processes: number = availableParallelism(),
): Promise<void> {
  const compiled = mkdtempSync(join(tmpdir(), 'myelin-simulator-'))
  const work = async (): Promise<void> => {
    for (let next = runs.next(); !next.done; next = runs.next()) {
      const child = fork(join(import.meta.dirname, 'seed-process.ts'), {
        env: { ...process.env, NODE_COMPILE_CACHE: compiled },
      })
      const exit = once(child, 'exit')
      onOutcome(await outcomeOf(child, next.value))
      for (let count = 1; count < seedsPerProcess; count++) {
        const another = runs.next()
        if (another.done) break
        onOutcome(await outcomeOf(child, another.value))
      }
      child.disconnect()
      await exit
    }
  }
  try {
    await Promise.all(Array.from({ length: processes }, work))
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
