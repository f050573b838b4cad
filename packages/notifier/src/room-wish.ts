// How somebody wants a room to be, as `rooms.yaml` or the options of `room ensure` say it. What is not mentioned is left
// as it is.
import { NotifierError } from './failure.ts'
import { isContent } from './message-content.ts'

/** Power levels to hold, each by itself: `users` and `events` by user and event type. */
export interface PowerWish {
  readonly levels: Readonly<Record<string, number>>
  readonly users: Readonly<Record<string, number>>
  readonly events: Readonly<Record<string, number>>
}

export const joinRules = ['public', 'invite', 'knock'] as const
export const historyVisibilities = ['world_readable', 'shared', 'invited', 'joined'] as const

export interface RoomWish {
  /** Alias or ID. A room that does not exist is made when it is named by an alias. */
  readonly room: string
  readonly name?: string | undefined
  readonly topic?: string | undefined
  readonly join?: (typeof joinRules)[number] | undefined
  readonly history?: (typeof historyVisibilities)[number] | undefined
  /** Whether the public directory lists it. */
  readonly listed?: boolean | undefined
  /** Encryption can be switched on and never off again. */
  readonly encrypted?: boolean | undefined
  /** Whether to make it as a space. */
  readonly isSpace?: boolean | undefined
  /** Space that it belongs to: alias or ID. */
  readonly space?: string | undefined
  /** Invited unless they have been members before. */
  readonly invite: readonly string[]
  readonly power: PowerWish
}

/** Power that administrators and moderators have. */
export const adminLevel = 100
export const moderatorLevel = 50

/** `name` of a level that a room's power levels have, beside users and events. */
const levelNames = ['users_default', 'events_default', 'state_default', 'ban', 'kick', 'redact', 'invite']

/** Reads the content of `rooms.yaml`. Throws `NotifierError` of kind `usage` that names what is wrong where. */
export function readWishes(content: unknown): RoomWish[] {
  const rooms = isContent(content) ? content['rooms'] : undefined
  if (!Array.isArray(rooms)) throw new NotifierError('usage', "There must be a list called 'rooms'")
  return rooms.map((room: unknown, place) => readWish(room, `rooms[${place}]`))
}

function readWish(value: unknown, where: string): RoomWish {
  const entry = new Entry(value, where)
  const power = new Entry(entry.take('power') ?? {}, `${where}.power`)
  const people = [
    ...entry.texts('admins').map((userId) => [userId, adminLevel] as const),
    ...entry.texts('moderators').map((userId) => [userId, moderatorLevel] as const),
  ]
  const levels = Object.fromEntries(levelNames.flatMap((name) => power.number(name).map((level) => [name, level])))
  const wish: RoomWish = {
    room: entry.text('room') ?? entry.fail("needs 'room', an alias or ID"),
    name: entry.text('name'),
    topic: entry.text('topic'),
    join: entry.choice('join', joinRules),
    history: entry.choice('history', historyVisibilities),
    listed: entry.flag('listed'),
    encrypted: entry.flag('encrypted'),
    isSpace: entry.flag('is_space'),
    space: entry.text('space'),
    invite: entry.texts('invite'),
    power: {
      levels,
      users: { ...power.numbers('users'), ...Object.fromEntries(people) },
      events: power.numbers('events'),
    },
  }
  power.end()
  entry.end()
  return wish
}

/** An object whose fields are taken out one by one, so that what is left over is known to be a mistake. */
class Entry {
  readonly #fields: Map<string, unknown>
  readonly #where: string

  constructor(value: unknown, where: string) {
    this.#where = where
    if (!isContent(value)) this.fail('must be a mapping')
    this.#fields = new Map(Object.entries(isContent(value) ? value : {}))
  }

  fail(problem: string): never {
    throw new NotifierError('usage', `${this.#where} ${problem}`)
  }

  take(name: string): unknown {
    const value = this.#fields.get(name)
    this.#fields.delete(name)
    return value
  }

  text(name: string): string | undefined {
    const value = this.take(name)
    return value === undefined || typeof value === 'string' ? value : this.fail(`.${name} must be a text`)
  }

  texts(name: string): string[] {
    const value = this.take(name) ?? []
    if (!Array.isArray(value)) this.fail(`.${name} must be a list`)
    return (value as unknown[]).map((each) => (typeof each === 'string' ? each : this.fail(`.${name} must be texts`)))
  }

  flag(name: string): boolean | undefined {
    const value = this.take(name)
    return value === undefined || typeof value === 'boolean' ? value : this.fail(`.${name} must be true or false`)
  }

  choice<const Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const value = this.text(name)
    const found = choices.find((choice) => choice === value)
    if (value !== undefined && found === undefined) this.fail(`.${name} must be one of ${choices.join(', ')}`)
    return found
  }

  /** The number as a list of one, or of none when it is not mentioned. */
  number(name: string): number[] {
    const value = this.take(name)
    if (value === undefined) return []
    return Number.isSafeInteger(value) ? [Number(value)] : this.fail(`.${name} must be a whole number`)
  }

  numbers(name: string): Record<string, number> {
    const entry = new Entry(this.take(name) ?? {}, `${this.#where}.${name}`)
    return Object.fromEntries(
      [...entry.#fields.keys()].flatMap((key) => entry.number(key).map((level) => [key, level])),
    )
  }

  /** Complains about what nobody took. */
  end(): void {
    const [unknown] = this.#fields.keys()
    if (unknown !== undefined) this.fail(`has no '${unknown}'`)
  }
}
