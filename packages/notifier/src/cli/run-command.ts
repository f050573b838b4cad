// `myelin-notify run -- CMD`: runs a command and tells how it goes. The command's exit code is this one's; rooms that
// cannot be told are a warning, never a failed build.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { NotifierError } from '../failure.ts'
import { pipelineReport } from '../pipeline-report.ts'
import type { Report, Status } from '../report.ts'
import type { Session } from '../session.ts'
import { tell } from '../tell.ts'
import { roomsOf, sessionOf } from './connect.ts'
import type { Output } from './output.ts'
import { reportOutcomes, tellOptions, type PipelineFlags } from './telling.ts'

export interface RunFlags extends PipelineFlags {
  readonly lines: number
  readonly job?: string
}

/** Runs the command between two reports. */
export async function runCommand(command: readonly string[], flags: RunFlags, output: Output): Promise<number> {
  const startedAt = Date.now()
  const { repository, key, url } = flags
  const given = { key: key ?? keyOutsideCi(startedAt), name: flags.name ?? command.join(' '), url }
  const report = await pipelineReport({ variables: process.env, repository, given })
  // To be told to stop is the command's affair: the end is told in any case.
  const session = sessionOf(flags, output, new AbortController().signal)
  const say = (status: Status, more: Partial<Report> = {}) => {
    const jobs =
      flags.job === undefined ? [] : [{ name: flags.job, status, at: Date.now(), durationMs: more.durationMs }]
    return tellOrWarn(session, { ...report, startedAt, status, jobs, ...more }, { flags, output })
  }
  const telling = say('running')
  const { code, lastLines, signal } = await execute(command, flags.lines)
  await telling
  const status = signal === undefined ? (code === 0 ? 'passed' : 'failed') : 'cancelled'
  const excerpt = code === 0 ? undefined : output.clean(lastLines)
  await say(status, { durationMs: Date.now() - startedAt, excerpt })
  return code
}

/** In CI the pipeline has a key of its own; elsewhere every run is one. */
const keyOutsideCi = (startedAt: number): string | undefined =>
  process.env['CI'] === undefined ? `run/${process.pid}/${startedAt}` : undefined

async function tellOrWarn(
  session: Session,
  report: Report,
  { flags, output }: { readonly flags: RunFlags; readonly output: Output },
): Promise<void> {
  try {
    const outcomes = await session.use(async (homeserver) =>
      tell(homeserver, report, { ...tellOptions(flags), rooms: await roomsOf(homeserver, flags) }),
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
  readonly signal: NodeJS.Signals | undefined
}

/** Most of the output that is remembered, characters. */
const tailLengthMax = 16_384
const secretVariables = new Set(['MYELIN_NOTIFY_PASSWORD', 'MYELIN_NOTIFY_TOKEN', 'MATRIX_TOKEN'])
const forwardedSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Runs a command with its output passed through and the end of it remembered. Our own secrets are kept from it. */
function execute([file = '', ...parameters]: readonly string[], linesMax: number): Promise<Ended> {
  const variables = Object.fromEntries(Object.entries(process.env).filter(([name]) => !secretVariables.has(name)))
  const child = spawn(file, parameters, { stdio: ['inherit', 'pipe', 'pipe'], env: variables })
  let tail = ''
  const remember = (to: NodeJS.WriteStream) => (chunk: Buffer) => {
    to.write(chunk)
    tail = (tail + chunk.toString('utf8')).slice(-tailLengthMax)
  }
  child.stdout.on('data', remember(process.stdout))
  child.stderr.on('data', remember(process.stderr))
  const forward = (signal: NodeJS.Signals) => void child.kill(signal)
  for (const signal of forwardedSignals) process.on(signal, forward)
  const { promise, resolve } = Promise.withResolvers<Ended>()
  const end = (code: number, signal: NodeJS.Signals | undefined) => {
    for (const each of forwardedSignals) process.off(each, forward)
    resolve({ code, signal, lastLines: tail.trimEnd().split('\n').slice(-linesMax).join('\n') })
  }
  child.on('error', (error) => {
    tail += `${error.message}\n`
    process.stderr.write(`${error.message}\n`)
    end(127, undefined)
  })
  child.on('close', (code, signal) => {
    if (code !== null) end(code, undefined)
    else end(128 + (signal === null ? 0 : constants.signals[signal]), signal ?? undefined)
  })
  return promise
}
