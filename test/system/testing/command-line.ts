// `myelin`'s command line within this process: what main.ts runs, without the start of another process.
import { mock } from 'node:test'
import { run } from '@myelin/server/cli/run'
import type { Outcome } from './ci-server.ts'

/** Runs a command; resolves when it has ended. One at a time. */
export async function myelinHere(parameters: readonly string[]): Promise<Outcome> {
  const printed = { log: '', error: '' }
  const methods = (['log', 'error'] as const).map((name) =>
    mock.method(console, name, (text: string) => void (printed[name] += `${text}\n`)),
  )
  try {
    const code = await run(parameters)
    return { code, stdout: printed.log, stderr: printed.error }
  } finally {
    for (const method of methods) method.mock.restore()
  }
}
