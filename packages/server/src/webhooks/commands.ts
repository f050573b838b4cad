// What people say to the hooks in a room: `!ci list`, `!ci add NAME` and so on, by local users with the power of a
// moderator. Secrets are told in a room with the one who asked, never in the open.
import { serverNameOf } from '@myelin/algorithms/user-id'
import { MatrixError } from '@myelin/protocol/errors'
import type { HotRoom } from '../rooms/hot-room.ts'
import { powerLevelsOf } from '../rooms/power.ts'
import type { RoomEvent } from '../rooms/room-event.ts'
import { webhooksInRoomMax } from '../limits.ts'
import { roomsOfWebhook, webhooksOfRoom } from '../store/webhooks.ts'
import type { WebhooksContext } from './context.ts'
import { durationOf } from './duration.ts'
import { webhookOf, type Webhook } from './hook.ts'
import { addressOf } from './address.ts'
import { change, create, remove, test } from './manage.ts'

const moderatorLevel = 50
const prefix = /^!ci(\s|$)/

export const isCommand = ({ type, content }: RoomEvent): boolean =>
  type === 'm.room.message' &&
  content['msgtype'] === 'm.text' &&
  typeof content['body'] === 'string' &&
  prefix.test(content['body'])

const help = `!ci list · !ci add NAME · !ci remove NAME · !ci mute NAME 2h · !ci unmute NAME · !ci test NAME`

/** Does what a command asks; resolves with what to answer. */
export async function answerTo(context: WebhooksContext, room: HotRoom, event: RoomEvent): Promise<string> {
  const isLocal = serverNameOf(event.sender) === context.config.serverName
  if (!isLocal || powerLevelsOf(room).of(event.sender) < moderatorLevel)
    return 'Only moderators of this room with an account on this server can do that.'
  const [, verb = 'help', ...words] = String(event.content['body']).trim().split(/\s+/)
  const known = await hooksIn(context, room.roomId)
  if (verb === 'list') return listed(known, context.environment.now())
  try {
    if (verb === 'add') return await add(context, { roomId: room.roomId, asker: event.sender, known }, words.join(' '))
    return Object.hasOwn(verbs, verb) ? await order(context, { roomId: room.roomId, known, verb, words }) : help
  } catch (error) {
    if (error instanceof MatrixError) return error.message
    throw error
  }
}

interface Order {
  readonly roomId: string
  /** The hooks that tell the room. */
  readonly known: readonly Webhook[]
  readonly verb: string
  /** The name of a hook, which may be several words, and after it perhaps for how long. */
  readonly words: readonly string[]
}

async function order(context: WebhooksContext, { roomId, known, verb, words }: Order): Promise<string> {
  const durationMs = durationOf(words.at(-1) ?? '')
  const isTimed = verb === 'mute' && durationMs !== undefined
  const asked = words.slice(0, isTimed ? -1 : undefined).join(' ')
  const hook = known.find(({ name }) => name === asked)
  if (hook === undefined) return `There is no hook ${asked} in this room. ${listed(known, 0)}`
  const isShared = (await roomsOfWebhook(context.store.read, hook.nid)).length > 1
  if (isShared && verb !== 'remove') return `Hook ${hook.name} tells other rooms too: an administrator can do that.`
  return (await verbs[verb]?.(context, hook, { roomId, durationMs })) ?? help
}

const hooksIn = async ({ store }: WebhooksContext, roomId: string): Promise<Webhook[]> =>
  (await webhooksOfRoom(store.read, roomId)).map(webhookOf)

const listed = (hooks: readonly Webhook[], now: number): string =>
  hooks.length === 0
    ? 'No hook tells this room.'
    : hooks
        .map(
          ({ name, mutedUntil }) =>
            `${name}${mutedUntil > now && now > 0 ? ` (muted until ${timeOf(mutedUntil)})` : ''}`,
        )
        .join('\n')

const timeOf = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ')

interface Adding {
  readonly roomId: string
  readonly asker: string
  readonly known: readonly Webhook[]
}

async function add(context: WebhooksContext, { roomId, asker, known }: Adding, name: string): Promise<string> {
  if (name === '') return help
  if (known.some((hook) => hook.name === name)) return `There is a hook ${name} already.`
  if (known.length >= webhooksInRoomMax) return `A room has at most ${webhooksInRoomMax} hooks made by its moderators.`
  const hook = await create(context, { name, rooms: [roomId] })
  await tellAlone(
    context,
    asker,
    `Hook ${name}\nAddress: ${addressOf(context.config, hook.hookId)}\nSecret: ${hook.secret}`,
  )
  return `Hook ${name} is made. Its address and secret are in a room with ${asker}.`
}

/** Tells one person something, in a room of their own. */
async function tellAlone({ rooms, account }: WebhooksContext, userId: string, body: string): Promise<void> {
  const by = await account.actor()
  const request = { preset: 'trusted_private_chat', is_direct: true, invite: [userId], name: 'A new hook' } as const
  const roomId = await rooms.create({ by, request })
  await rooms.send(roomId, { by, type: 'm.room.message', content: { msgtype: 'm.text', body, 'm.mentions': {} } })
}

interface Obeyed {
  readonly roomId: string
  readonly durationMs: number | undefined
}

type Verb = (context: WebhooksContext, hook: Webhook, obeyed: Obeyed) => Promise<string>

const verbs: Readonly<Record<string, Verb>> = {
  remove: async (context, hook, { roomId }) => {
    const rooms = await roomsOfWebhook(context.store.read, hook.nid)
    const others = rooms.filter((each) => each !== roomId)
    if (others.length === 0) await remove(context, hook.hookId)
    else await change(context, hook.hookId, { rooms: others })
    return `Hook ${hook.name} no longer tells this room.`
  },
  mute: async (context, hook, { durationMs }) => {
    if (durationMs === undefined) return 'For how long? Such as 30m, 2h or 3d.'
    const mutedUntil = context.environment.now() + durationMs
    await change(context, hook.hookId, { mutedUntil })
    return `Hook ${hook.name} is muted until ${timeOf(mutedUntil)} UTC.`
  },
  unmute: async (context, hook) => {
    await change(context, hook.hookId, { mutedUntil: 0 })
    return `Hook ${hook.name} is no longer muted.`
  },
  test: async (context, hook) => {
    await test(context, hook.hookId)
    return `A test of hook ${hook.name} is under way.`
  },
}
