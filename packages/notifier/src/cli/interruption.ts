// A run that is told to stop, as CI does with cancelled jobs: it gives its login back and ends. Told twice, it ends at once.
import { constants } from 'node:os'

const controller = new AbortController()
let received: NodeJS.Signals | undefined

/** Aborted when the process is told to stop. From the first call on that no longer ends the process at once. */
export function interruption(): AbortSignal {
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    if (process.listenerCount(signal) === 0)
      process.once(signal, () => {
        received = signal
        controller.abort(new Error(`Interrupted by ${signal}`))
      })
  return controller.signal
}

/** Exit code of a run that was interrupted, as shells count: 128 and the number of the signal. */
export const interruptedExitCode = (): number | undefined =>
  received === undefined ? undefined : 128 + constants.signals[received]
