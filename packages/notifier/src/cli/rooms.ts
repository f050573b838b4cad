// `myelin-notify room …` and `apply`: the account's rooms, and rooms made to be as described.
import { inviteUser } from '@myelin/protocol/client-server/inviting'
import { joinRoom } from '@myelin/protocol/client-server/joining'
import { leaveRoom } from '@myelin/protocol/client-server/leaving'
import { sync } from '@myelin/protocol/client-server/sync'
import { exitCodeOf, inEachRoom, namesOf, outcomeOf, selectRooms } from '../each-room.ts'
import { ensureRoom, type Ensured } from '../ensure-room.ts'
import { NotifierError } from '../failure.ts'
import type { Homeserver } from '../homeserver.ts'
import { adminLevel, moderatorLevel, readWishes, type RoomWish } from '../room-wish.ts'
import { sessionOf } from './connect.ts'
import type { ConnectionFlags } from './options.ts'
import type { Output } from './output.ts'
import { yamlIn } from './telling.ts'

export interface EnsureFlags extends ConnectionFlags {
  readonly name?: string
  readonly topic?: string
  readonly join?: RoomWish['join']
  readonly history?: RoomWish['history']
  readonly listed?: boolean
  readonly encrypted?: boolean
  readonly isSpace?: boolean
  readonly space?: string
  readonly admin?: readonly string[]
  readonly moderator?: readonly string[]
  readonly power?: readonly string[]
  readonly invite?: readonly string[]
  readonly dryRun?: boolean
}

/** Makes one room be as the options say. */
export function ensure(room: string, flags: EnsureFlags, output: Output): Promise<number> {
  const { name, topic, join, history, listed, encrypted, isSpace, space, invite = [] } = flags
  const levels = Object.fromEntries((flags.power ?? []).map(levelOf))
  const users = {
    ...Object.fromEntries((flags.moderator ?? []).map((userId) => [userId, moderatorLevel])),
    ...Object.fromEntries((flags.admin ?? []).map((userId) => [userId, adminLevel])),
  }
  const wish = { room, name, topic, join, history, listed, encrypted, isSpace, space, invite }
  return ensureAll([{ ...wish, power: { levels, users, events: {} } }], flags, output)
}

/** `users_default=-1` */
function levelOf(text: string): [string, number] {
  const [, name = '', level] = /^([a-z_]+)=(-?\d+)$/.exec(text) ?? []
  if (name === '') throw new NotifierError('usage', `--power takes NAME=LEVEL, such as users_default=-1, not '${text}'`)
  return [name, Number(level)]
}

/** Makes all rooms of a file be as it says. */
export const apply = (file: string, flags: EnsureFlags, output: Output): Promise<number> =>
  ensureAll(readWishes(yamlIn(file)), flags, output)

/** One after the other: a space stands before the rooms in it. */
async function ensureAll(wishes: readonly RoomWish[], flags: EnsureFlags, output: Output): Promise<number> {
  const isDryRun = flags.dryRun ?? false
  return sessionOf(flags, output).use(async (homeserver) => {
    const outcomes: { result: string; error?: Error }[] = []
    for (const wish of wishes)
      try {
        say(await ensureRoom(homeserver, wish, { isDryRun }), { isDryRun, output })
        outcomes.push({ result: 'ensured' })
      } catch (error) {
        if (!(error instanceof NotifierError)) throw error
        output.say(`${wish.room}  failed (${error.message})`, {
          room: wish.room,
          result: 'failed',
          error: error.message,
        })
        outcomes.push({ result: 'failed', error })
      }
    return exitCodeOf(outcomes)
  })
}

function say(
  { room, roomId, isCreated, changes }: Ensured,
  { isDryRun, output }: { isDryRun: boolean; output: Output },
) {
  const done = isCreated ? (isDryRun ? 'would create' : 'created') : isDryRun ? 'would change' : 'changed'
  const result = changes.length === 0 && !isCreated ? 'as wished' : done
  const lines = changes.map(({ what, from, to }) => `  ${what}: ${shown(from)} → ${shown(to)}`)
  output.say([`${room}  ${result}`, ...lines].join('\n'), { room, room_id: roomId, result, changes })
}

const shown = (value: unknown) => (value === undefined ? 'none' : JSON.stringify(value))

/** Lists the rooms that the account has joined, and those it is invited to. */
export function list(flags: ConnectionFlags, output: Output): Promise<number> {
  return sessionOf(flags, output).use(async (homeserver) => {
    const [joined, invites] = await Promise.all([homeserver.joinedRooms(), invitesOf(homeserver)])
    await inEachRoom(joined, flags.connections, async (roomId) => {
      const [, ...names] = await namesOf(homeserver, roomId)
      output.say([roomId, 'joined', ...names].join('  '), { room: roomId, membership: 'join', names })
    })
    for (const roomId of invites) output.say(`${roomId}  invited`, { room: roomId, membership: 'invite' })
    return 0
  })
}

async function invitesOf(homeserver: Homeserver): Promise<string[]> {
  const nothing = { types: [], limit: 0 }
  const room = { timeline: nothing, ephemeral: nothing, account_data: nothing, state: nothing }
  const filter = JSON.stringify({ presence: nothing, account_data: nothing, room })
  const { rooms } = await homeserver.call(sync, { filter, timeout: 0 })
  return Object.keys(rooms?.invite ?? {})
}

export interface MembershipFlags extends ConnectionFlags {
  readonly invites?: boolean
}

/** Joins rooms, and with `--invites` all that the account is invited to. */
export function join(rooms: readonly string[], flags: MembershipFlags, output: Output): Promise<number> {
  return sessionOf(flags, output).use(async (homeserver) => {
    const invites = flags.invites === true ? await invitesOf(homeserver) : []
    const wanted = [...rooms, ...invites]
    if (wanted.length === 0 && flags.invites !== true)
      throw new NotifierError('usage', 'Which rooms? Name them or give --invites')
    return eachRoom(wanted, { flags, output, done: 'joined' }, async (roomIdOrAlias) => {
      await homeserver.call(joinRoom, { roomIdOrAlias })
    })
  })
}

export function leave(rooms: readonly string[], flags: ConnectionFlags, output: Output): Promise<number> {
  return sessionOf(flags, output).use(async (homeserver) =>
    eachRoom(await selectRooms(homeserver, { rooms }), { flags, output, done: 'left' }, async (roomId) => {
      await homeserver.call(leaveRoom, { roomId })
    }),
  )
}

export function invite(
  [room = '', ...users]: readonly string[],
  flags: ConnectionFlags,
  output: Output,
): Promise<number> {
  return sessionOf(flags, output).use(async (homeserver) => {
    const roomId = await homeserver.roomId(room)
    return eachRoom(users, { flags, output, done: 'invited' }, async (userId) => {
      await homeserver.call(inviteUser, { roomId, user_id: userId })
    })
  })
}

interface Each {
  readonly flags: ConnectionFlags
  readonly output: Output
  readonly done: string
}

async function eachRoom(
  names: readonly string[],
  { flags, output, done }: Each,
  work: (name: string) => Promise<void>,
): Promise<number> {
  const outcomes = await inEachRoom(names, flags.connections, (name) =>
    outcomeOf(name, async () => {
      await work(name)
      return { result: 'posted' }
    }),
  )
  for (const { roomId, error } of outcomes) {
    const result = error === undefined ? done : 'failed'
    output.say(`${roomId}  ${result}${error === undefined ? '' : ` (${error.message})`}`, {
      name: roomId,
      result,
      error: error?.message,
    })
  }
  return exitCodeOf(outcomes)
}
