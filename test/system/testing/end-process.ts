// Ending a process that a test has started.
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** Tells it to end and resolves when it has; at once where it has ended, or never began. */
export async function endProcess(child: ChildProcess | undefined, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill(signal)
  await gone
}
