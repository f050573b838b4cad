// Structured logs: one readable line per entry on a terminal, JSON otherwise. Never a token, a password or a message body.

const levels = ['debug', 'info', 'warn', 'error', 'fatal'] as const
type Level = (typeof levels)[number]

export type LogFields = Readonly<Record<string, unknown>>

/** Writes an entry: a message, or fields and a message. The field `err` holds an Error and is written with its stack. */
export type LogEntry = (...entry: [message: string] | [fields: LogFields, message: string]) => void
export type Logger = { readonly [L in Level]: LogEntry }

export interface LogOptions {
  /** The least that is written. */
  readonly level: Exclude<Level, 'fatal'>
  readonly format: 'auto' | 'line' | 'json'
  /** Where the lines go; standard output unless given. */
  readonly write?: (line: string) => void
  readonly now?: () => number
}

/** The process's log. */
export function createLog(options: LogOptions): Logger {
  const { write = (line: string) => void process.stdout.write(line), now = Date.now } = options
  const isForPeople = options.format === 'line' || (options.format === 'auto' && process.stdout.isTTY)
  const shown = isForPeople ? readable : machineReadable
  const entryOf = (level: Level): LogEntry => {
    if (levels.indexOf(level) < levels.indexOf(options.level)) return () => undefined
    return (...entry) => {
      const [fields, message] = entry.length === 1 ? [{}, entry[0]] : entry
      write(`${shown({ level, time: new Date(now()).toISOString(), message, fields })}\n`)
    }
  }
  return {
    debug: entryOf('debug'),
    info: entryOf('info'),
    warn: entryOf('warn'),
    error: entryOf('error'),
    fatal: entryOf('fatal'),
  }
}

interface Entry {
  readonly level: Level
  /** ISO 8601. */
  readonly time: string
  readonly message: string
  readonly fields: LogFields
}

function machineReadable({ level, time, message, fields }: Entry): string {
  const { err, ...rest } = fields
  return JSON.stringify({ level, time, msg: message, ...rest, ...(err === undefined ? {} : { err: described(err) }) })
}

function readable({ level, time, message, fields }: Entry): string {
  const { err, ...rest } = fields
  const shown = Object.entries(rest).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  const error = err === undefined ? '' : `\n${described(err).stack}`
  return `${time.slice(11, 23)} ${level.toUpperCase().padEnd(5)} ${[message, ...shown].join(' ')}${error}`
}

/** An error with those that caused it. */
function described(error: unknown): { readonly message: string; readonly stack: string } {
  if (!(error instanceof Error)) return { message: String(error), stack: String(error) }
  const cause = error.cause === undefined ? '' : `\ncaused by ${described(error.cause).stack}`
  return { message: error.message, stack: `${error.stack ?? error.message}${cause}` }
}
