// Structured logs: one readable line per entry on a terminal, JSON otherwise. Never a token, a password or a message body.
import { pino, type Logger } from 'pino'

export type { Logger }

export interface LogOptions {
  readonly level: 'error' | 'warn' | 'info' | 'debug'
  readonly format: 'auto' | 'line' | 'json'
}

/** The process's log, written to standard output. */
export function createLog({ level, format }: LogOptions): Logger {
  const lines = format === 'line' || (format === 'auto' && process.stdout.isTTY)
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime }
  return lines ? pino(options, { write: (entry) => process.stdout.write(readable(entry)) }) : pino(options)
}

const levelNames: Readonly<Record<number, string>> = { 20: 'debug', 30: 'info ', 40: 'WARN ', 50: 'ERROR', 60: 'FATAL' }

function readable(entry: string): string {
  const { level, time, msg, err, ...rest } = JSON.parse(entry) as Record<string, unknown>
  const fields = Object.entries(rest).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  const stack = (err as { stack?: string } | undefined)?.stack
  return `${String(time).slice(11, 23)} ${levelNames[Number(level)] ?? level} ${[msg, ...fields].join(' ')}${stack ? `\n${stack}` : ''}\n`
}
