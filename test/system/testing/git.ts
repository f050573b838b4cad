// Stock git, for tests that look at what the server has written.
import { execFileSync } from 'node:child_process'

const outputMax = 256 * 1024 * 1024

/** Runs git in a folder; returns what it prints. */
export const gitIn = (folder: string, ...parameters: readonly string[]): string =>
  execFileSync('git', parameters, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: outputMax,
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim()

/** The content of every object that a branch, tag or the index of a repository refers to. */
export function everythingReachable(folder: string): string {
  const ids = gitIn(folder, 'rev-list', '--objects', '--all', '--reflog')
    .split('\n')
    .map((line) => line.slice(0, 40))
  const options = { cwd: folder, input: ids.join('\n'), encoding: 'utf8', maxBuffer: outputMax } as const
  return execFileSync('git', ['cat-file', '--batch', '--buffer'], options)
}

const comesTrueMaxMs = 60_000

/** Resolves when the assertion holds; rejects with its error when it does not in time. */
export async function comesTrue(assertion: () => void | Promise<void>): Promise<void> {
  const end = performance.now() + comesTrueMaxMs
  for (;;)
    try {
      return await assertion()
    } catch (error) {
      if (performance.now() > end) throw error
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
}
