// A Myelin server of the benchmark's own: a process on a fresh folder, with rate limits off and open registration.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface OwnServer extends AsyncDisposable {
  readonly baseUrl: string
  /** From the start of the process to the first answer of /_matrix/client/versions, milliseconds. */
  readonly startedInMs: number
  /** Resident memory in MB. */
  residentMb(): number
  /** The most memory it has been resident with, MB. */
  peakMb(): number
  /** Processor time used so far, seconds. */
  cpuSeconds(): number
}

/** `more`: further options of its command line. */
export async function startOwnServer(
  durability: 'power' | 'process',
  more: readonly string[] = [],
): Promise<OwnServer> {
  const data = mkdtempSync(join(tmpdir(), 'myelin-bench-'))
  const port = await freePort()
  const main = join(import.meta.dirname, '../dist/myelin/myelin.mjs')
  const startMs = performance.now()
  const options = [
    '--data',
    data,
    '--listen',
    `127.0.0.1:${port}`,
    '--registration',
    'open',
    '--rate-limits',
    'off',
    '--durability',
    durability,
    '--log-level',
    'warn',
    ...more,
  ]
  const child = spawn(process.execPath, [main, 'serve', ...options], { stdio: ['ignore', 'ignore', 'inherit'] })
  const baseUrl = `http://127.0.0.1:${port}`
  await answering(baseUrl, child)
  return {
    baseUrl,
    startedInMs: performance.now() - startMs,
    residentMb: () => memoryMb(child, 'VmRSS'),
    peakMb: () => memoryMb(child, 'VmHWM'),
    cpuSeconds: () => {
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
      return (Number(fields[11]) + Number(fields[12])) / 100
    },
    [Symbol.asyncDispose]: async () => {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await gone
      rmSync(data, { recursive: true, force: true })
    },
  }
}

const memoryMb = ({ pid }: ChildProcess, field: string): number =>
  Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

/** A port of this machine on which nothing listens. */
export function freePort(): Promise<number> {
  const server = createServer()
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    }),
  )
}

async function answering(baseUrl: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const answer = await fetch(`${baseUrl}/_matrix/client/versions`).catch(() => undefined)
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error(`The server stopped with exit code ${child.exitCode} before it answered`)
}
