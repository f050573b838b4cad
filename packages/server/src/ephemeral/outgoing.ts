// What users of this server do beside events, as EDUs for the servers in their rooms.
// https://spec.matrix.org/v1.19/server-server-api/#typing-notifications
import { canonicalJson } from '@myelin/algorithms/canonical-json'
import type { JsonObject } from '@myelin/algorithms/json'
import type { Outgoing, OutgoingPart } from '../federation/outgoing.ts'
import { isLocal, type RoomsContext } from '../rooms/context.ts'
import type { HotRoom } from '../rooms/hot-room.ts'
import { journalKind, type Journaled } from '../store/store.ts'
import type { Typing } from './typing.ts'

export interface EphemeralParts {
  readonly rooms: RoomsContext
  readonly typing: Typing
}

/** What of it goes to other servers; nothing is read for rooms that no other server is in. */
export const ephemeralOutgoing = (parts: EphemeralParts): OutgoingPart => ({
  kinds: [journalKind.typing],
  outgoing: async (entries) => {
    const outgoing: Outgoing[] = []
    for (const entry of entries) outgoing.push(...(await typingEdu(parts, entry)))
    return outgoing
  },
})

async function typingEdu({ rooms, typing }: EphemeralParts, entry: Journaled): Promise<Outgoing[]> {
  const heard = await heardElsewhere(rooms, entry)
  if (!heard) return []
  const { room, userId } = heard
  const content = { room_id: room.roomId, typing: typing.isTyping(room.nid, entry.user), user_id: userId }
  return [
    {
      kind: 'edu',
      position: entry.position,
      destinations: [...room.hosts.keys()],
      key: `typing ${room.nid} ${entry.user}`,
      json: eduText('m.typing', content),
    },
  ]
}

/** The room and the user of an entry, if it is about a user of this server and other servers are in the room. */
async function heardElsewhere(
  rooms: RoomsContext,
  { room: roomNid, user }: Journaled,
): Promise<{ readonly room: HotRoom; readonly userId: string } | undefined> {
  const userId = await rooms.users.userId(user)
  if (userId === undefined || !isLocal(rooms, userId)) return undefined
  const room = await rooms.hotRooms.get(roomNid)
  return room.hosts.size > Number(room.hosts.has(rooms.serverName)) ? { room, userId } : undefined
}

const eduText = (type: string, content: JsonObject): string => canonicalJson({ content, edu_type: type })
