// What differs between a room and how somebody wants it, each difference with the one request that removes it.
import {
  getRoomVisibilityOnDirectory,
  setRoomVisibilityOnDirectory,
} from '@myelin/protocol/client-server/list_public_rooms'
import { inviteUser } from '@myelin/protocol/client-server/inviting'
import { setRoomStateWithKey } from '@myelin/protocol/client-server/room_state'
import { getRoomStateWithKey } from '@myelin/protocol/client-server/rooms'
import { serverNameOf } from '@myelin/protocol/identifiers'
import type { Content, Homeserver } from './homeserver.ts'
import { isContent } from './message-content.ts'
import type { PowerWish, RoomWish } from './room-wish.ts'

export interface Difference {
  /** What differs, e.g. `topic` or `power of @alice:example.org`. */
  readonly what: string
  readonly from: unknown
  readonly to: unknown
  readonly apply: () => Promise<void>
}

interface Place {
  readonly homeserver: Homeserver
  readonly roomId: string
}

/** Everything in which the room is not as wished, in the order in which to change it. */
export async function differencesOf(homeserver: Homeserver, roomId: string, wish: RoomWish): Promise<Difference[]> {
  const place = { homeserver, roomId }
  const differences = await Promise.all([
    textDifference(place, { what: 'name', type: 'm.room.name', field: 'name', wanted: wish.name }),
    textDifference(place, { what: 'topic', type: 'm.room.topic', field: 'topic', wanted: wish.topic }),
    textDifference(place, { what: 'join', type: 'm.room.join_rules', field: 'join_rule', wanted: wish.join }),
    textDifference(place, {
      what: 'history',
      type: 'm.room.history_visibility',
      field: 'history_visibility',
      wanted: wish.history,
    }),
    listedDifference(place, wish.listed),
    encryptionDifference(place, wish.encrypted),
    inviteDifferences(place, wish.invite),
    spaceDifference(place, wish.space),
    // Last: once powers are set, this account may have less of it than before.
    powerDifferences(place, wish.power),
  ])
  return differences.flat()
}

interface TextWish {
  readonly what: string
  readonly type: string
  readonly field: string
  readonly wanted: string | undefined
}

async function textDifference(place: Place, { what, type, field, wanted }: TextWish): Promise<Difference[]> {
  if (wanted === undefined) return []
  const content = await place.homeserver.state(place.roomId, type)
  const from = content?.[field]
  if (from === wanted) return []
  // A topic has its text a second time, for clients that show markup: what is stale there goes.
  const { 'm.topic': _stale, ...kept } = content ?? {}
  return [{ what, from, to: wanted, apply: () => setState(place, type, { ...kept, [field]: wanted }) }]
}

async function listedDifference({ homeserver, roomId }: Place, wanted: boolean | undefined): Promise<Difference[]> {
  if (wanted === undefined) return []
  const { visibility = 'private' } = await homeserver.call(getRoomVisibilityOnDirectory, { roomId })
  if ((visibility === 'public') === wanted) return []
  const apply = async () => {
    await homeserver.call(setRoomVisibilityOnDirectory, { roomId, visibility: wanted ? 'public' : 'private' })
  }
  return [{ what: 'listed', from: !wanted, to: wanted, apply }]
}

async function encryptionDifference(place: Place, wanted: boolean | undefined): Promise<Difference[]> {
  if (wanted !== true || (await place.homeserver.state(place.roomId, 'm.room.encryption')) !== undefined) return []
  const apply = () => setState(place, 'm.room.encryption', { algorithm: 'm.megolm.v1.aes-sha2' })
  return [{ what: 'encrypted', from: false, to: true, apply }]
}

/** Invites those who have never been members: whoever left, declined or was banned is left in peace. */
async function inviteDifferences({ homeserver, roomId }: Place, wanted: readonly string[]): Promise<Difference[]> {
  const members = await Promise.all(wanted.map((userId) => homeserver.state(roomId, 'm.room.member', userId)))
  return wanted.flatMap((userId, place) => {
    if (members[place] !== undefined || userId === homeserver.userId) return []
    const apply = async () => {
      await homeserver.call(inviteUser, { roomId, user_id: userId })
    }
    return [{ what: `membership of ${userId}`, from: undefined, to: 'invite', apply }]
  })
}

async function spaceDifference({ homeserver, roomId }: Place, space: string | undefined): Promise<Difference[]> {
  if (space === undefined) return []
  const spaceId = await homeserver.roomId(space)
  const child = await homeserver.state(spaceId, 'm.space.child', roomId)
  if (Array.isArray(child?.['via']) && child['via'].length > 0) return []
  const via = [serverNameOf(homeserver.userId)]
  const apply = async () => {
    await setState({ homeserver, roomId: spaceId }, 'm.space.child', { ...child, via }, roomId)
    await setState({ homeserver, roomId }, 'm.space.parent', { via, canonical: true }, spaceId)
  }
  return [{ what: 'space', from: undefined, to: space, apply }]
}

/** All differences in power are removed by one event that keeps every level nobody mentioned. */
async function powerDifferences(place: Place, wish: PowerWish): Promise<Difference[]> {
  const wanted = [...Object.keys(wish.levels), ...Object.keys(wish.users), ...Object.keys(wish.events)]
  if (wanted.length === 0) return []
  const content = (await place.homeserver.state(place.roomId, 'm.room.power_levels')) ?? {}
  const creators = await creatorsWithoutLevel(place)
  const users = Object.fromEntries(Object.entries(wish.users).filter(([userId]) => !creators.has(userId)))
  const parts = [
    ...partDifferences('power', content, wish.levels),
    ...partDifferences('power of', memberOf(content, 'users'), users),
    ...partDifferences('power for', memberOf(content, 'events'), wish.events),
  ]
  const whole = {
    ...content,
    ...wish.levels,
    users: { ...memberOf(content, 'users'), ...users },
    events: { ...memberOf(content, 'events'), ...wish.events },
  }
  const [first, ...others] = parts
  if (first === undefined) return []
  const withTheFirst = () => Promise.resolve()
  return [
    { ...first, apply: () => setState(place, 'm.room.power_levels', whole) },
    ...others.map(({ what, from, to }) => ({ what, from, to, apply: withTheFirst })),
  ]
}

const partDifferences = (what: string, present: Content, wanted: Readonly<Record<string, number>>) =>
  Object.entries(wanted)
    .filter(([name, level]) => present[name] !== level)
    .map(([name, level]) => ({ what: `${what} ${name}`, from: present[name], to: level }))

const memberOf = (content: Content, name: string): Content => {
  const member = content[name]
  return isContent(member) ? member : {}
}

/**
 * Who created the room, where creators have every power and no level: in rooms whose ID is a hash, since "the power level
 * of room creators is infinite" there and naming them among `users` is refused.
 * https://spec.matrix.org/v1.19/rooms/v12/
 */
async function creatorsWithoutLevel({ homeserver, roomId }: Place): Promise<ReadonlySet<unknown>> {
  if (roomId.includes(':')) return new Set()
  const where = { roomId, eventType: 'm.room.create', stateKey: '', format: 'event' } as const
  const event: Content = await homeserver.call(getRoomStateWithKey, where)
  const additional = memberOf(event, 'content')['additional_creators']
  return new Set([event['sender'], ...(Array.isArray(additional) ? additional : [])])
}

async function setState({ homeserver, roomId }: Place, type: string, content: object, stateKey = ''): Promise<void> {
  await homeserver.call(setRoomStateWithKey, { roomId, eventType: type, stateKey, body: { ...content } })
}
