// `myelin serve`: runs the server until the process is told to stop.
import { systemEnvironment } from '../environment.ts'
import type { Config } from '../config/settings.ts'
import { startServer } from '../server.ts'
import { collectAtRest } from './rest-collector.ts'

export async function serve(config: Config): Promise<number> {
  // Heard from the beginning: clients are answered, and write, before the start is over.
  const signal = signalled()
  const server = await startServer(config, systemEnvironment)
  collectAtRest()
  const told = await Promise.race([signal, server.failed])
  if (told instanceof Error) server.log.fatal({ err: told }, 'The server cannot go on')
  else server.log.info({ signal: told }, 'Stopping')
  await server[Symbol.asyncDispose]()
  return told instanceof Error ? 1 : 0
}

const signalled = () =>
  new Promise<string>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(signal))
  })
