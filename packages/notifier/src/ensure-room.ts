// Makes a room what was asked for: creates it, or changes what differs and nothing else. Who was made moderator by hand
// stays moderator, a topic nobody mentioned stays.
import { getRoomIdByAlias } from '@myelin/protocol/client-server/directory'
import { createRoom } from '@myelin/protocol/client-server/create_room'
import { joinRoom } from '@myelin/protocol/client-server/joining'
import { isUserId, parseRoomAlias, serverNameOf } from '@myelin/protocol/identifiers'
import { NotifierError } from './failure.ts'
import { refusalOf, type Homeserver } from './homeserver.ts'
import { differencesOf, type Difference } from './room-differences.ts'
import type { RoomWish } from './room-wish.ts'

export interface Ensured {
  readonly room: string
  /** Undefined for a room that a dry run would create. */
  readonly roomId: string | undefined
  readonly isCreated: boolean
  readonly changes: readonly Omit<Difference, 'apply'>[]
}

/** Ensures one room. With `isDryRun` it finds the differences and changes nothing. */
export async function ensureRoom(
  homeserver: Homeserver,
  wish: RoomWish,
  { isDryRun }: { readonly isDryRun: boolean },
): Promise<Ensured> {
  checkPeople(wish)
  const room = wholeName(wish.room, homeserver)
  const existing = await idOf(homeserver, room)
  if (existing === undefined && isDryRun) {
    const created = { what: 'room', from: undefined, to: room }
    return { room, roomId: undefined, isCreated: true, changes: [created] }
  }
  const roomId = existing ?? (await create(homeserver, room, wish))
  if (existing !== undefined && !isDryRun) await joinUnlessJoined(homeserver, roomId)
  const differences = await differencesOf(homeserver, roomId, wish)
  if (!isDryRun) for (const { apply } of differences) await apply()
  const changes = differences.map(({ what, from, to }) => ({ what, from, to }))
  return { room, roomId, isCreated: existing === undefined, changes }
}

function checkPeople({ invite, power }: RoomWish): void {
  const wrong = [...invite, ...Object.keys(power.users)].find((userId) => !isUserId(userId))
  if (wrong !== undefined) throw new NotifierError('usage', `'${wrong}' is not a user ID`)
}

/** `ci` and `#ci` name a room of the account's own server. */
function wholeName(room: string, { userId }: Homeserver): string {
  if (room.startsWith('!')) return room
  const alias = room.startsWith('#') ? room : `#${room}`
  return alias.includes(':') ? alias : `${alias}:${serverNameOf(userId) ?? ''}`
}

async function idOf(homeserver: Homeserver, room: string): Promise<string | undefined> {
  if (room.startsWith('!')) return room
  return (await homeserver.find(getRoomIdByAlias, { roomAlias: room }))?.room_id
}

/** Creates the room; when another run was faster, its room is the one. */
async function create(homeserver: Homeserver, room: string, wish: RoomWish): Promise<string> {
  const alias = parseRoomAlias(room)
  if (alias === undefined) throw new NotifierError('usage', `'${room}' is neither a room ID nor an alias`)
  if (alias.serverName !== serverNameOf(homeserver.userId))
    throw new NotifierError('room', `${room} does not exist, and only ${alias.serverName} could create it`)
  const { name, topic, invite, join, listed, isSpace } = wish
  try {
    const request = {
      room_alias_name: alias.localpart,
      preset: join === 'public' ? ('public_chat' as const) : ('private_chat' as const),
      visibility: listed === true ? ('public' as const) : ('private' as const),
      ...(name === undefined ? {} : { name }),
      ...(topic === undefined ? {} : { topic }),
      ...(isSpace === true ? { creation_content: { type: 'm.space' } } : {}),
      invite: invite.filter((userId) => userId !== homeserver.userId),
    }
    return (await homeserver.call(createRoom, request)).room_id
  } catch (error) {
    const taken = refusalOf(error)?.errcode === 'M_ROOM_IN_USE' ? await idOf(homeserver, room) : undefined
    if (taken === undefined) throw error
    await joinUnlessJoined(homeserver, taken)
    return taken
  }
}

async function joinUnlessJoined(homeserver: Homeserver, roomId: string): Promise<void> {
  const joined = await homeserver.joinedRooms()
  if (!joined.includes(roomId)) await homeserver.call(joinRoom, { roomIdOrAlias: roomId })
}
