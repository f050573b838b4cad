// `myelin-notify run -- CMD`: runs a command and tells how it goes. The command's exit code is this one's; rooms that
// cannot be told are a warning, never a failed build.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { NotifierError } from '../failure.ts'
import { pipelineReport } from '../pipeline-report.ts'
import type { FileToUpload } from '../files.ts'
import type { Report, Status } from '../report.ts'
import type { Session } from '../session.ts'
import { tell } from '../tell.ts'
import { roomsOf, sessionOf } from './connect.ts'
import type { Output } from './output.ts'
import { reportOutcomes, tellOptions, type PipelineFlags } from './telling.ts'

export interface RunFlags extends PipelineFlags {
  readonly lines: number
  readonly job?: string
  readonly log?: boolean
}

/** Runs the command between two reports. */
export async function runCommand(command: readonly string[], flags: RunFlags, output: Output): Promise<number> {
  const startedAt = Date.now()
  const { repository, key, url } = flags
  const given = { key: key ?? keyOutsideCi(startedAt), name: flags.name ?? command.join(' '), url }
  const report = await pipelineReport({ variables: process.env, repository, given })
  // To be told to stop is the command's affair: the end is told in any case.
  const session = sessionOf(flags, output, new AbortController().signal)
  const say = (status: Status, more: Partial<Report> = {}, attached: readonly FileToUpload[] = []) => {
    const jobs =
      flags.job === undefined ? [] : [{ name: flags.job, status, at: Date.now(), durationMs: more.durationMs }]
    return tellOrWarn(session, { ...report, startedAt, status, jobs, ...more }, { flags, output, attached })
  }
  const telling = say('running')
  const { code, lastLines, whole, signal } = await execute(command, flags.lines)
  await telling
  const status = signal === undefined ? (code === 0 ? 'passed' : 'failed') : 'cancelled'
  const excerpt = code === 0 ? undefined : output.clean(lastLines)
  const log = flags.log === true ? [{ name: 'output.log', bytes: Buffer.from(output.clean(whole)) }] : []
  await say(status, { durationMs: Date.now() - startedAt, excerpt }, log)
  return code
}

/** In CI the pipeline has a key of its own; elsewhere every run is one. */
const keyOutsideCi = (startedAt: number): string | undefined =>
  process.env['CI'] === undefined ? `run/${process.pid}/${startedAt}` : undefined

interface Saying {
  readonly flags: RunFlags
  readonly output: Output
  readonly attached: readonly FileToUpload[]
}

async function tellOrWarn(session: Session, report: Report, { flags, output, attached }: Saying): Promise<void> {
  try {
    const options = tellOptions(flags)
    const attach = [...options.attach, ...attached]
    const outcomes = await session.use(async (homeserver) =>
      tell(homeserver, report, { ...options, attach, rooms: await roomsOf(homeserver, flags) }),
    )
    for (const { roomId, error } of outcomes) if (error) output.warn(`${roomId}: ${error.message}`)
    if (output.isJson) reportOutcomes(outcomes, output)
  } catch (error) {
    if (!(error instanceof NotifierError)) throw error
    output.warn(`Nobody was told: ${error.message}`)
  }
}

interface Ended {
  readonly code: number
  readonly lastLines: string
  /** The end of the output, as far as it is kept. */
  readonly whole: string
  readonly signal: NodeJS.Signals | undefined
}

/** Most of the output that is remembered, characters. */
const outputLengthMax = 4 * 1024 * 1024
const secretVariables = new Set([
  'MYELIN_NOTIFY_PASSWORD',
  'MYELIN_NOTIFY_TOKEN',
  'MYELIN_NOTIFY_RECOVERY_KEY',
  'MATRIX_TOKEN',
])
const forwardedSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The end of a growing text, without copying it each time it grows. */
class KeptOutput {
  readonly #lengthMax: number
  #parts: string[] = []
  #length = 0

  constructor(lengthMax: number) {
    this.#lengthMax = lengthMax
  }

  get text(): string {
    return this.#parts.join('').slice(-this.#lengthMax)
  }

  add(part: string): void {
    this.#parts.push(part)
    this.#length += part.length
    if (this.#length > 2 * this.#lengthMax) this.#parts = [this.text]
    if (this.#parts.length === 1) this.#length = this.#parts[0]?.length ?? 0
  }
}

/** Runs a command with its output passed through and the end of it remembered. Our own secrets are kept from it. */
function execute([file = '', ...parameters]: readonly string[], linesMax: number): Promise<Ended> {
  const variables = Object.fromEntries(Object.entries(process.env).filter(([name]) => !secretVariables.has(name)))
  const child = spawn(file, parameters, { stdio: ['inherit', 'pipe', 'pipe'], env: variables })
  const kept = new KeptOutput(outputLengthMax)
  const remember = (to: NodeJS.WriteStream) => (chunk: Buffer) => {
    to.write(chunk)
    kept.add(chunk.toString('utf8'))
  }
  child.stdout.on('data', remember(process.stdout))
  child.stderr.on('data', remember(process.stderr))
  const forward = (signal: NodeJS.Signals) => void child.kill(signal)
  for (const signal of forwardedSignals) process.on(signal, forward)
  const { promise, resolve } = Promise.withResolvers<Ended>()
  const end = (code: number, signal: NodeJS.Signals | undefined) => {
    for (const each of forwardedSignals) process.off(each, forward)
    const whole = kept.text
    resolve({ code, signal, whole, lastLines: whole.trimEnd().split('\n').slice(-linesMax).join('\n') })
  }
  child.on('error', (error) => {
    kept.add(`${error.message}\n`)
    process.stderr.write(`${error.message}\n`)
    end(127, undefined)
  })
  child.on('close', (code, signal) => {
    if (code !== null) end(code, undefined)
    else end(128 + (signal === null ? 0 : constants.signals[signal]), signal ?? undefined)
  })
  return promise
}
