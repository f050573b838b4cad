// What people say to the hooks in a room: `!ci list`, `!ci add NAME` and so on, by local users with the power of a
// moderator. Secrets are told in a room with the one who asked, never in the open.
import type { JsonObject } from '@myelin/algorithms/json'
import { serverNameOf } from '@myelin/algorithms/user-id'
import { MatrixError } from '@myelin/protocol/errors'
import type { HotRoom } from '../rooms/hot-room.ts'
import { powerLevelsOf } from '../rooms/power.ts'
import type { RoomEvent } from '../rooms/room-event.ts'
import { journalKind, type Journaled } from '../store/store.ts'
import { roomsOfWebhook, webhooksOfRoom } from '../store/webhooks.ts'
import type { HookActor } from './account.ts'
import type { WebhooksContext } from './context.ts'
import { webhookOf, type Webhook } from './hook.ts'
import { addressOf } from './address.ts'
import { change, create, remove, test } from './manage.ts'

const moderatorLevel = 50
const prefix = /^!ci(\s|$)/

/** Starts following what rooms say, and invitations of the hooks' account. Costs a look-up an event, and reads nothing. */
export async function followRooms(context: WebhooksContext): Promise<void> {
  const { store, account, users, rooms } = context
  let actor = await account.known()
  const notice = ({ kind, room: roomNid, user, ref }: Journaled): Promise<void> | undefined => {
    const nid = actor?.userNid ?? users.cached(account.userId)
    if (kind !== journalKind.event || nid === undefined) return undefined
    const room = rooms.peek(roomNid)
    const membership = room?.membership(nid)
    const event = membership === undefined ? undefined : room?.event(ref)
    if (room === undefined || event === undefined) return undefined
    if (user === nid && membership === 'invite')
      return acceptInvite(context, event, room).then(async () => void (actor = await account.known()))
    return actor !== undefined && membership === 'join' && isCommand(event, actor)
      ? obey(context, { room, event, actor })
      : undefined
  }
  store.onDurable((entries) => {
    for (const entry of entries)
      notice(entry)?.catch((err: unknown) => context.log?.warn({ err }, 'A hook could not do what a room asked'))
  })
}

/** Invitations by local users are accepted: the hooks are for them. */
async function acceptInvite({ rooms, account, config }: WebhooksContext, event: RoomEvent, room: HotRoom) {
  if (serverNameOf(event.sender) === config.serverName) await rooms.join(room.roomId, { by: await account.actor() })
}

interface Heard {
  readonly room: HotRoom
  readonly event: RoomEvent
  readonly actor: HookActor
}

const isCommand = ({ type, sender, content }: RoomEvent, { userId }: HookActor): boolean =>
  type === 'm.room.message' &&
  sender !== userId &&
  content['msgtype'] === 'm.text' &&
  typeof content['body'] === 'string' &&
  prefix.test(content['body'])

async function obey(context: WebhooksContext, { room, event, actor }: Heard): Promise<void> {
  const [, verb = 'help', ...words] = String(event.content['body']).trim().split(/\s+/)
  const answer = await answerTo(context, { room, event, verb, words })
  const content: JsonObject = { msgtype: 'm.notice', body: answer, 'm.mentions': {} }
  await context.rooms.send(room.roomId, { by: actor, type: 'm.room.message', content })
}

interface Asked {
  readonly room: HotRoom
  readonly event: RoomEvent
  readonly verb: string
  readonly words: readonly string[]
}

const help = `!ci list · !ci add NAME · !ci remove NAME · !ci mute NAME 2h · !ci unmute NAME · !ci test NAME`

async function answerTo(context: WebhooksContext, asked: Asked): Promise<string> {
  const { room, event, verb, words } = asked
  const isLocal = serverNameOf(event.sender) === context.config.serverName
  if (!isLocal || powerLevelsOf(room).of(event.sender) < moderatorLevel)
    return 'Only moderators of this room with an account on this server can do that.'
  if (verb === 'list') return listed(await hooksIn(context, room.roomId), context.environment.now())
  if (verb === 'add') return add(context, { room, event, name: words.join(' ') })
  const known = await hooksIn(context, room.roomId)
  const hook = known.find(({ name }) => name === words[0])
  if (!Object.hasOwn(verbs, verb)) return help
  if (hook === undefined) return `There is no hook ${words[0] ?? ''} in this room. ${listed(known, 0)}`
  const isShared = (await roomsOfWebhook(context.store.read, hook.nid)).length > 1
  if (isShared && verb !== 'remove') return `Hook ${hook.name} tells other rooms too: an administrator can do that.`
  try {
    return (await verbs[verb]?.(context, hook, { roomId: room.roomId, words: words.slice(1) })) ?? help
  } catch (error) {
    if (error instanceof MatrixError) return error.message
    throw error
  }
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
  readonly room: HotRoom
  readonly event: RoomEvent
  readonly name: string
}

async function add(context: WebhooksContext, { room, event, name }: Adding): Promise<string> {
  if (name === '') return help
  if ((await hooksIn(context, room.roomId)).some((hook) => hook.name === name))
    return `There is a hook ${name} already.`
  const hook = await create(context, { name, rooms: [room.roomId] }).catch((error: unknown) => {
    if (error instanceof MatrixError) return error.message
    throw error
  })
  if (typeof hook === 'string') return hook
  const body = `Hook ${name}\nAddress: ${addressOf(context.config, hook.hookId)}\nSecret: ${hook.secret}`
  await tellAlone(context, event.sender, body)
  return `Hook ${name} is made. Its address and secret are in a room with ${event.sender}.`
}

/** Tells one person something, in a room of their own. */
async function tellAlone({ rooms, account }: WebhooksContext, userId: string, body: string): Promise<void> {
  const by = await account.actor()
  const request = { preset: 'trusted_private_chat', is_direct: true, invite: [userId], name: 'A new hook' } as const
  const roomId = await rooms.create({ by, request })
  await rooms.send(roomId, { by, type: 'm.room.message', content: { msgtype: 'm.text', body, 'm.mentions': {} } })
}

interface Order {
  readonly roomId: string
  readonly words: readonly string[]
}

type Verb = (context: WebhooksContext, hook: Webhook, order: Order) => Promise<string>

const verbs: Readonly<Record<string, Verb>> = {
  remove: async (context, hook, { roomId }) => {
    const rooms = await roomsOfWebhook(context.store.read, hook.nid)
    const others = rooms.filter((each) => each !== roomId)
    if (others.length === 0) await remove(context, hook.hookId)
    else await change(context, hook.hookId, { rooms: others })
    return `Hook ${hook.name} no longer tells this room.`
  },
  mute: async (context, hook, { words }) => {
    const durationMs = durationOf(words[0] ?? '')
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

const unitsMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `30m`, `2h`, `3d` in milliseconds. */
export function durationOf(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,4})([mhd])$/.exec(text) ?? []
  return count === undefined ? undefined : Number(count) * (unitsMs[unit] ?? 0)
}
