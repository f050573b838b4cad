// What users of this server do beside events, as EDUs for the servers in their rooms.
// https://spec.matrix.org/v1.19/server-server-api/#edus
import { canonicalJson } from '@myelin/algorithms/canonical-json'
import type { JsonObject } from '@myelin/algorithms/json'
import { serverNameOf } from '@myelin/algorithms/user-id'
import type { Outgoing, OutgoingPart } from '../federation/outgoing.ts'
import { presenceUpdatesPerEduMax } from '../limits.ts'
import { isLocal, type RoomsContext } from '../rooms/context.ts'
import type { HotRoom } from '../rooms/hot-room.ts'
import { serversIn } from '../rooms/partial-state.ts'
import { receiptsOfUser } from '../store/receipts.ts'
import { journalKind, type Journaled, type JournalKind } from '../store/store.ts'
import { privateReceiptRef } from './entry-refs.ts'
import type { Presence } from './presence.ts'
import type { Typing } from './typing.ts'

export interface OutgoingParts {
  readonly rooms: RoomsContext
  readonly typing: Typing
  readonly presence: Presence
}

type EduOf = (parts: OutgoingParts, entry: Journaled) => Promise<Outgoing | undefined>

/** What of it goes to other servers; nothing is read for rooms that no other server is in. */
export const ephemeralOutgoing = (parts: OutgoingParts): OutgoingPart => ({
  kinds: [...eduOf.keys()],
  outgoing: async (entries) => {
    const outgoing: Outgoing[] = []
    for (const entry of entries) {
      const edu = await eduOf.get(entry.kind)?.(parts, entry)
      if (edu) outgoing.push(edu)
    }
    return outgoing
  },
})

const eduOf: ReadonlyMap<JournalKind, EduOf> = new Map<JournalKind, EduOf>([
  [journalKind.typing, typingOf],
  [journalKind.receipt, receiptOf],
  [journalKind.presence, presenceOf],
  [journalKind.event, presenceOnJoin],
])

async function typingOf({ rooms, typing }: OutgoingParts, entry: Journaled): Promise<Outgoing | undefined> {
  const heard = await heardElsewhere(rooms, entry)
  if (!heard) return undefined
  const { room, userId } = heard
  const content = { room_id: room.roomId, typing: typing.isTyping(room.nid, entry.user), user_id: userId }
  return edu(entry, { type: 'm.typing', content, key: `${room.nid} ${entry.user}`, destinations: serversIn(room) })
}

/** A receipt that another has taken the place of meanwhile is not sent. */
async function receiptOf({ rooms }: OutgoingParts, entry: Journaled): Promise<Outgoing | undefined> {
  const heard = entry.ref === privateReceiptRef ? undefined : await heardElsewhere(rooms, entry)
  if (!heard) return undefined
  const { room, userId } = heard
  const known = await receiptsOfUser(rooms.store.read, room.nid, entry.user)
  const receipt = known.find(({ position }) => position === entry.position)
  if (receipt?.type !== 'm.read') return undefined
  const data = { ts: receipt.ts, ...(receipt.thread !== '' && { thread_id: receipt.thread }) }
  const content = { [room.roomId]: { 'm.read': { [userId]: { data, event_ids: [receipt.event_id] } } } }
  const key = `${room.nid} ${entry.user} ${receipt.thread}`
  return edu(entry, { type: 'm.receipt', content, key, destinations: serversIn(room) })
}

/** The room and the user of an entry, if it is about a user of this server and other servers are in the room. */
async function heardElsewhere(
  rooms: RoomsContext,
  { room: roomNid, user }: Journaled,
): Promise<{ readonly room: HotRoom; readonly userId: string } | undefined> {
  const userId = await rooms.users.userId(user)
  if (userId === undefined || !isLocal(rooms, userId)) return undefined
  const room = await rooms.hotRooms.get(roomNid)
  return hasOthers(rooms, room) ? { room, userId } : undefined
}

const hasOthers = ({ serverName }: RoomsContext, { hosts, partial }: HotRoom): boolean =>
  partial !== undefined || hosts.size > Number(hosts.has(serverName))

async function presenceOf({ presence }: OutgoingParts, entry: Journaled): Promise<Outgoing | undefined> {
  const destinations = [...presence.takeServers(entry.position)]
  return destinations.length < 2
    ? undefined
    : presenceEdu(presence, entry, { users: [entry.user], key: String(entry.user), destinations })
}

/** Who comes into a room is told of those who are there, and they of who comes. */
async function presenceOnJoin({ rooms, presence }: OutgoingParts, entry: Journaled): Promise<Outgoing | undefined> {
  if (entry.user === 0 || !presence.enabled) return undefined
  const room = await rooms.hotRooms.get(entry.room)
  if (room.membership(entry.user) !== 'join' || !hasOthers(rooms, room)) return undefined
  const userId = (await rooms.users.userId(entry.user)) ?? ''
  if (isLocal(rooms, userId))
    return presenceEdu(presence, entry, { users: [entry.user], key: String(entry.user), destinations: serversIn(room) })
  const host = serverNameOf(userId)
  // The first user of a server.
  return room.hosts.get(host) === 1
    ? presenceEdu(presence, entry, { users: room.localJoined, key: `in ${room.nid}`, destinations: [host] })
    : undefined
}

interface Telling {
  readonly users: Iterable<number>
  readonly key: string
  readonly destinations: Iterable<string>
}

/** The presence of those of the users who are not offline; of a single user also that. */
function presenceEdu(
  presence: Presence,
  entry: Journaled,
  { users, key, destinations }: Telling,
): Outgoing | undefined {
  const push: JsonObject[] = []
  for (const user of users) {
    const update = presence.update(user)
    if (update && (entry.kind === journalKind.presence || update['presence'] !== 'offline')) push.push(update)
    if (push.length >= presenceUpdatesPerEduMax) break
  }
  return push.length === 0 ? undefined : edu(entry, { type: 'm.presence', content: { push }, key, destinations })
}

interface EduParts {
  readonly type: string
  readonly content: JsonObject
  /** What makes a later one of the type take this one's place. */
  readonly key: string
  readonly destinations: Iterable<string>
}

const edu = ({ position }: Journaled, { type, content, key, destinations }: EduParts): Outgoing => ({
  ...{ kind: 'edu', position, destinations: [...destinations], key: `${type} ${key}` },
  json: canonicalJson({ content, edu_type: type }),
})
