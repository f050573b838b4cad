// Making, changing and removing hooks. Whoever may do that is decided before: an administrator, or a room's moderator.
import { statuses } from '@myelin/notifier/report'
import { noticeKinds } from '@myelin/notifier/story'
import { MatrixError } from '@myelin/protocol/errors'
import { randomString } from '../environment.ts'
import {
  webhookNameCharactersMax,
  webhookRoomsMax,
  webhookSecretCharactersMax,
  webhooksMax,
  webhookTemplateCharactersMax,
} from '../limits.ts'
import { powerLevelsOf } from '../rooms/power.ts'
import { latestDeliveries, type DeliveryRow } from '../store/webhook-deliveries.ts'
import {
  allWebhooks,
  deleteWebhook,
  insertWebhook,
  roomsOfWebhook,
  setWebhookRooms,
  updateWebhook,
  webhookById,
} from '../store/webhooks.ts'
import type { WebhooksContext } from './context.ts'
import { rowOf, webhookOf, type Webhook, type Wishes } from './hook.ts'
import { accept } from './receive.ts'

const secretAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

export interface WebhookChange {
  readonly name?: string | undefined
  /** Ids or aliases of the rooms to tell. */
  readonly rooms?: readonly string[] | undefined
  readonly wishes?: Wishes | undefined
  /** The secret; null for a hook that anybody may use who knows its address. A new hook gets a random one. */
  readonly secret?: string | null | undefined
  /** Milliseconds since the epoch; 0 unmutes. */
  readonly mutedUntil?: number | undefined
}

/** A hook with the rooms it tells. */
export interface ShownWebhook extends Webhook {
  readonly rooms: readonly string[]
}

/** Makes a hook. Throws M_INVALID_PARAM, M_FORBIDDEN for rooms that the hooks' account cannot enter, M_LIMIT_EXCEEDED. */
export async function create(
  context: WebhooksContext,
  { name = '', rooms = [], wishes = {}, secret }: WebhookChange,
): Promise<ShownWebhook> {
  const { store, environment } = context
  check({ name, rooms, wishes, secret })
  if ((await allWebhooks(store.read)).length >= webhooksMax)
    throw new MatrixError('M_LIMIT_EXCEEDED', `A server has at most ${webhooksMax} hooks`)
  const roomIds = await enterAll(context, rooms)
  const hook: Webhook = {
    nid: store.nextNid('webhooks'),
    hookId: randomString(environment, 24, secretAlphabet),
    ...{ name, wishes, mutedUntil: 0, createdTs: environment.now() },
    secret: secret === null ? '' : (secret ?? randomString(environment, 32, secretAlphabet)),
  }
  await store.write((w) => {
    insertWebhook(w, rowOf(hook))
    setWebhookRooms(w, hook.nid, roomIds)
  })
  return { ...hook, rooms: roomIds }
}

/** Every hook. */
export async function list(context: WebhooksContext): Promise<ShownWebhook[]> {
  return Promise.all((await allWebhooks(context.store.read)).map((row) => shown(context, webhookOf(row))))
}

/** A hook by its id. Throws M_NOT_FOUND. */
export async function get(context: WebhooksContext, hookId: string): Promise<ShownWebhook> {
  const row = await webhookById(context.store.read, hookId)
  if (row === undefined) throw new MatrixError('M_NOT_FOUND', 'There is no such hook')
  return shown(context, webhookOf(row))
}

export const shown = async ({ store }: WebhooksContext, hook: Webhook): Promise<ShownWebhook> => ({
  ...hook,
  rooms: await roomsOfWebhook(store.read, hook.nid),
})

/** Changes what is given of a hook and leaves the rest. */
export async function change(context: WebhooksContext, hookId: string, changes: WebhookChange): Promise<ShownWebhook> {
  check(changes)
  const entered = changes.rooms === undefined ? undefined : await enterAll(context, changes.rooms)
  const before = await get(context, hookId)
  const { rooms, ...hook } = before
  const after: Webhook = {
    ...hook,
    name: changes.name ?? hook.name,
    wishes: changes.wishes ?? hook.wishes,
    mutedUntil: changes.mutedUntil ?? hook.mutedUntil,
    secret: changes.secret === undefined ? hook.secret : (changes.secret ?? ''),
  }
  await context.store.write((w) => {
    updateWebhook(w, rowOf(after))
    if (entered !== undefined) setWebhookRooms(w, after.nid, entered)
  })
  return { ...after, rooms: entered ?? rooms }
}

/** Removes a hook. What it has said stays. */
export async function remove(context: WebhooksContext, hookId: string): Promise<void> {
  const { nid } = await get(context, hookId)
  await context.store.write((w) => deleteWebhook(w, nid))
}

/** Has a hook say that it works. */
export async function test(context: WebhooksContext, hookId: string): Promise<void> {
  const hook = await get(context, hookId)
  const notice = { kind: 'hook', subject: { name: `Hook ${hook.name}` }, doing: 'works' } as const
  const deliveryId = `test:${randomString(context.environment, 22)}`
  await accept(context, { hook, vendor: { name: 'Test' }, stories: [{ kind: 'notice', notice }], deliveryId })
}

/** What came last to a hook, newest first. */
export async function deliveries(context: WebhooksContext, hookId: string, limit: number): Promise<DeliveryRow[]> {
  const { nid } = await get(context, hookId)
  return latestDeliveries(context.store.read, nid, limit)
}

const topics: readonly string[] = ['push', 'pipeline', 'words', ...noticeKinds]

function check({ name, rooms = [], wishes = {}, secret }: WebhookChange): void {
  const problem = [
    name !== undefined && (name.trim() === '' || name.length > webhookNameCharactersMax)
      ? `A hook has a name of at most ${webhookNameCharactersMax} characters`
      : undefined,
    rooms.length > webhookRoomsMax ? `A hook tells at most ${webhookRoomsMax} rooms` : undefined,
    secret === '' || (secret?.length ?? 0) > webhookSecretCharactersMax
      ? `A secret has 1 to ${webhookSecretCharactersMax} characters`
      : undefined,
    (wishes.template?.length ?? 0) > webhookTemplateCharactersMax
      ? `A template has at most ${webhookTemplateCharactersMax} characters`
      : undefined,
    wordsOutside('topics', wishes.topics, topics),
    wordsOutside('statuses', wishes.statuses, statuses),
  ].find((each) => each !== undefined)
  if (problem !== undefined) throw new MatrixError('M_INVALID_PARAM', problem)
}

function wordsOutside(what: string, words: readonly string[] = [], known: readonly string[]): string | undefined {
  const strange = words.find((word) => !known.includes(word))
  return strange === undefined ? undefined : `'${strange}' is not one of the ${what}: ${known.join(', ')}`
}

async function enterAll(context: WebhooksContext, rooms: readonly string[]): Promise<string[]> {
  const roomIds: string[] = []
  for (const room of rooms) roomIds.push(await enter(context, room))
  for (const roomId of roomIds) await requireVoice(context, roomId)
  return [...new Set(roomIds)]
}

/** Brings the hooks' account into a room. Throws M_FORBIDDEN with what has to be done when it may not enter. */
async function enter({ rooms, account }: WebhooksContext, room: string): Promise<string> {
  const by = await account.actor()
  try {
    return await rooms.join(room, { by })
  } catch (cause) {
    if (!(cause instanceof MatrixError) || cause.errcode !== 'M_FORBIDDEN') throw cause
    throw new MatrixError('M_FORBIDDEN', `${by.userId} may not enter ${room}: invite it there, then try again`, {
      cause,
    })
  }
}

/** Throws M_FORBIDDEN with what has to be done where the hooks' account may not speak, as in announcement rooms. */
async function requireVoice({ rooms, account }: WebhooksContext, roomId: string): Promise<void> {
  const { userId } = await account.actor()
  const room = await rooms.byId(roomId)
  if (room === undefined) return
  const levels = powerLevelsOf(room)
  const needed = levels.required('m.room.message', false)
  if (levels.of(userId) < needed)
    throw new MatrixError('M_FORBIDDEN', `${userId} may not speak in ${roomId}: give it power level ${needed} there`)
}
