// What other servers say of their users: taken from the users' own server, for rooms they share with this one.
// https://spec.matrix.org/v1.19/server-server-api/#typing-notifications
import type { JsonObject } from '@myelin/algorithms/json'
import { typingEdu } from '@myelin/protocol/events/edu/m.typing'
import { parse } from '@myelin/protocol/schema'
import { typingReceivedMs } from '../limits.ts'
import type { RoomsContext } from '../rooms/context.ts'
import { peerMember, usePeerRoom } from './peer-room.ts'
import type { Typing } from './typing.ts'

/** The content of an EDU, and the server that signed the request it came with. */
export interface PeerEdu {
  readonly origin: string
  readonly content: JsonObject
}

/** `m.typing`: a user began or stopped. */
export async function receiveTyping(
  { rooms, typing }: { readonly rooms: RoomsContext; readonly typing: Typing },
  { origin, content }: PeerEdu,
): Promise<void> {
  const { room_id: roomId, user_id: userId, typing: isTyping } = parse(typingEdu.content, content)
  await usePeerRoom(rooms, { roomId, origin }, async (room) => {
    const userNid = await peerMember(rooms, room, { origin, userId })
    await typing.set({ roomNid: room.nid, userNid, userId, typing: isTyping, timeoutMs: typingReceivedMs })
  })
}
