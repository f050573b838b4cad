// A server of the benchmark's own, a Myelin or a Synapse: a process on a fresh folder, with rate limits off and open
// registration, that federates with the servers of this machine.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CertificateAuthority } from '@myelin/server/federation/testing/certificate-authority'
import { synapse as synapses } from '../test/interop/testing/synapse.ts'
import { freePort } from '../test/system/testing/free-port.ts'

export interface OwnServer extends AsyncDisposable {
  readonly serverName: string
  readonly baseUrl: string
  /** From the start of the process to the first answer of /_matrix/client/versions, milliseconds. */
  readonly startedInMs: number
  /** Resident memory in MB, of the processes it has started as well. */
  residentMb(): number
  /** The most memory it has been resident with, MB. */
  peakMb(): number
  /** Processor time used so far, seconds. */
  cpuSeconds(): number
}

export interface OwnServerOptions {
  readonly kind?: ServerKind
  /** Of a Myelin. A Synapse on SQLite writes through to the disk. */
  readonly durability?: 'power' | 'process'
  /** Whom it believes the certificates of other servers. */
  readonly authority?: CertificateAuthority
  /** Further options of a Myelin's command line. */
  readonly more?: readonly string[]
}

export const serverKinds = ['myelin', 'synapse'] as const
export type ServerKind = (typeof serverKinds)[number]

export const startOwnServer = (options: OwnServerOptions = {}): Promise<OwnServer> =>
  options.kind === 'synapse' ? startSynapse(options) : startMyelin(options)

async function startMyelin({ durability = 'power', authority, more = [] }: OwnServerOptions): Promise<OwnServer> {
  const data = mkdtempSync(join(tmpdir(), 'myelin-bench-'))
  const port = await freePort()
  const startMs = performance.now()
  const serverName = 'own.test'
  const options = {
    ...{ 'server-name': serverName, data, listen: `127.0.0.1:${port}` },
    ...{ registration: 'open', 'rate-limits': 'off', durability, 'log-level': 'warn' },
    ...(authority && { 'federation-allow-private-addresses': 'true', 'federation-trusted-ca-file': authority.caFile }),
  }
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])
  const stdio = ['ignore', 'ignore', 'inherit'] as const
  const child = spawn(process.execPath, [...startParameters(), ...flags, ...more], { cwd: root, stdio: [...stdio] })
  const baseUrl = `http://127.0.0.1:${port}`
  await answering(baseUrl, child)
  const stop = async () => {
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    await gone
    rmSync(data, { recursive: true, force: true })
  }
  return {
    serverName,
    baseUrl,
    startedInMs: performance.now() - startMs,
    ...measuring(child.pid),
    [Symbol.asyncDispose]: stop,
  }
}

const root = join(import.meta.dirname, '..')

/** How `npm start` calls Node. */
function startParameters(): string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: { start: string } }
  const [, ...parameters] = scripts.start.split(' ')
  return parameters
}

async function startSynapse({ authority = new CertificateAuthority() }: OwnServerOptions): Promise<OwnServer> {
  const folder = mkdtempSync(join(tmpdir(), 'synapse-bench-'))
  const synapse = await synapses.create({ folder, authority })
  const startMs = performance.now()
  await synapse.start()
  const stop = async () => {
    await synapse.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  const { serverName, baseUrl, pid } = synapse
  return {
    serverName,
    baseUrl,
    startedInMs: performance.now() - startMs,
    ...measuring(pid),
    [Symbol.asyncDispose]: stop,
  }
}

const measuring = (pid: number | undefined) => ({
  residentMb: () => processesOf(String(pid)).reduce((sum, each) => sum + memoryMb(each, 'VmRSS'), 0),
  peakMb: () => memoryMb(String(pid), 'VmHWM'),
  cpuSeconds: () => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
    return (Number(fields[11]) + Number(fields[12])) / 100
  },
})

/** The process and those it has started, as far as they still run. */
const processesOf = (pid: string): string[] => [
  pid,
  ...readdirSync(`/proc/${pid}/task`)
    .flatMap((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' '))
    .filter((child) => child !== '')
    .flatMap(processesOf),
]

const memoryMb = (pid: string, field: string): number =>
  Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

async function answering(baseUrl: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const answer = await fetch(`${baseUrl}/_matrix/client/versions`).catch(() => undefined)
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error(`The server stopped with exit code ${child.exitCode} before it answered`)
}
