// Rooms that were upgraded: the hooks go with the people.
import { isObject } from '@myelin/algorithms/json'
import { serverNameOf } from '@myelin/algorithms/user-id'
import { MatrixError } from '@myelin/protocol/errors'
import { webhookUpgradesFollowedMax } from '../limits.ts'
import { roomsOfWebhook, setWebhookRooms } from '../store/webhooks.ts'
import type { WebhooksContext } from './context.ts'

/** Ids of the rooms that a hook tells. A room that was replaced is exchanged for its replacement, for good. */
export async function currentRooms(context: WebhooksContext, hookNid: number): Promise<string[]> {
  const { store } = context
  const roomIds = await roomsOfWebhook(store.read, hookNid)
  const current: string[] = []
  for (const roomId of roomIds) current.push(await newest(context, roomId))
  if (current.every((roomId, place) => roomId === roomIds[place])) return roomIds
  const distinct = [...new Set(current)]
  await store.write((w) => setWebhookRooms(w, hookNid, distinct))
  return distinct
}

async function newest(context: WebhooksContext, roomId: string): Promise<string> {
  let current = roomId
  for (let followed = 0; followed < webhookUpgradesFollowedMax; followed++) {
    const next = await replacement(context, current)
    if (next === undefined) break
    current = next
  }
  return current
}

/** The room that replaced another, entered; undefined where there is none, where it says otherwise, or is closed. */
async function replacement({ rooms, account }: WebhooksContext, roomId: string): Promise<string | undefined> {
  const tombstone = (await rooms.byId(roomId))?.state('m.room.tombstone')
  const next = tombstone?.content['replacement_room']
  if (tombstone === undefined || typeof next !== 'string') return undefined
  try {
    const servers = [serverNameOf(tombstone.sender)].filter((server) => server !== undefined)
    await rooms.join(next, { by: await account.actor(), servers })
  } catch (error) {
    if (error instanceof MatrixError) return undefined
    throw error
  }
  const predecessor = (await rooms.byId(next))?.state('m.room.create')?.content['predecessor']
  return isObject(predecessor) && predecessor['room_id'] === roomId ? next : undefined
}
