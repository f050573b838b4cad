// Follows what happens in rooms: invitations of the hooks' account, and what people say to it.
import type { JsonObject } from '@myelin/algorithms/json'
import { serverNameOf } from '@myelin/algorithms/user-id'
import type { HotRoom } from '../rooms/hot-room.ts'
import type { RoomEvent } from '../rooms/room-event.ts'
import { journalKind, type Journaled } from '../store/store.ts'
import type { HookActor } from './account.ts'
import { answerTo, isCommand } from './commands.ts'
import type { WebhooksContext } from './context.ts'

/** Starts following. Costs a look-up an event, and reads nothing. */
export async function followRooms(context: WebhooksContext): Promise<void> {
  const { store, account, users, rooms } = context
  await account.known()
  const notice = ({ kind, room: roomNid, user, ref }: Journaled): Promise<void> | undefined => {
    const actor = account.made
    const nid = actor?.userNid ?? users.cached(account.userId)
    if (kind !== journalKind.event || nid === undefined) return undefined
    const room = rooms.peek(roomNid)
    const membership = room?.membership(nid)
    const event = membership === undefined ? undefined : room?.event(ref)
    if (room === undefined || event === undefined) return undefined
    if (user === nid && membership === 'invite') return acceptInvite(context, event, room)
    return actor !== undefined && membership === 'join' && event.sender !== actor.userId && isCommand(event)
      ? obey(context, { room, event, actor })
      : undefined
  }
  store.onDurable((entries) => {
    for (const entry of entries)
      notice(entry)?.catch((err: unknown) => context.log.warn({ err }, 'A hook could not do what a room asked'))
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

async function obey(context: WebhooksContext, { room, event, actor }: Heard): Promise<void> {
  const content: JsonObject = { msgtype: 'm.notice', body: await answerTo(context, room, event), 'm.mentions': {} }
  await context.rooms.send(room.roomId, { by: actor, type: 'm.room.message', content })
}
