// What the history in git costs: the same messages to a server with a ledger and to one without, in turn, as processor time
// of the whole server process, until the ledger has all of them.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startOwnServer, type OwnServer } from '../own-server.ts'
import { table } from '../percentiles.ts'
import { s2 } from './s2.ts'
import { freePort } from '../../test/system/testing/free-port.ts'

export interface LedgerOptions {
  readonly messages: number
  readonly senders: number
  readonly runs: number
}

/** Each a median of the runs. */
export interface LedgerResult {
  readonly withoutMicros: number
  readonly withMicros: number
  /** Messages a second as clients see them. */
  readonly withoutPerSecond: number
  readonly withPerSecond: number
}

export async function ledger({ messages, senders, runs }: LedgerOptions): Promise<LedgerResult> {
  const folder = mkdtempSync(join(tmpdir(), 'myelin-bench-ledger-'))
  const metrics = `127.0.0.1:${await freePort()}`
  const writing = ['--ledger-folder', folder, '--ledger-content', 'all', '--metrics-listen', metrics]
  await using without = await startOwnServer()
  await using within = await startOwnServer({ more: writing })
  const options = { senders: [senders], messages, roomVersion: '10' }
  const plain: Run[] = []
  const ledgered: Run[] = []
  for (let run = 0; run <= runs; run++) {
    const pair = [
      await costOf(without, options, async () => undefined),
      await costOf(within, options, () => caughtUp(metrics)),
    ] as const
    if (run === 0) continue // warming up
    plain.push(pair[0])
    ledgered.push(pair[1])
  }
  rmSync(folder, { recursive: true, force: true })
  return {
    withoutMicros: median(plain.map(({ micros }) => micros)),
    withMicros: median(ledgered.map(({ micros }) => micros)),
    withoutPerSecond: median(plain.map(({ perSecond }) => perSecond)),
    withPerSecond: median(ledgered.map(({ perSecond }) => perSecond)),
  }
}

interface Run {
  readonly micros: number
  readonly perSecond: number
}

type S2Options = Omit<Parameters<typeof s2>[0], 'baseUrl'>

async function costOf(server: OwnServer, options: S2Options, isDone: () => Promise<void>): Promise<Run> {
  const before = server.cpuSeconds()
  const [result] = await s2({ ...options, baseUrl: server.baseUrl })
  await isDone()
  const sent = options.messages + Math.min(2000, options.messages)
  return { micros: ((server.cpuSeconds() - before) / sent) * 1e6, perSecond: result?.perSecond ?? 0 }
}

async function caughtUp(metrics: string): Promise<void> {
  for (;;) {
    const text = await (await fetch(`http://${metrics}/metrics`)).text()
    if (/^myelin_ledger_lag_entries 0$/m.test(text)) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

export function ledgerTable(result: LedgerResult): string {
  const { withoutMicros, withMicros, withoutPerSecond, withPerSecond } = result
  const own = withMicros - withoutMicros
  return `${table([
    ['ledger', 'CPU µs/msg', 'msg/s'],
    ['without', withoutMicros.toFixed(0), withoutPerSecond.toFixed(0)],
    ['with', withMicros.toFixed(0), withPerSecond.toFixed(0)],
  ])}
${own.toFixed(0)} µs of processor time an event for the ledger: ${(1e6 / own).toFixed(0)} events a second of it`
}
