// Whether the servers in a room agree on it, once everything has been delivered.
import { eventFlag } from '@myelin/server/rooms/room-event'
import { isLivePlace } from '@myelin/server/store/places'
import { described, type CopiedEvent, type RoomCopy } from './room-copy.ts'

/** Servers that an access list keeps out in the end. What they say is not heard: with them the others need not agree. */
export const barredServers = (copies: readonly RoomCopy[]): ReadonlySet<string> =>
  new Set(
    copies.flatMap(({ room }) => {
      const denied = room.state('m.room.server_acl')?.content['deny'] ?? []
      return denied as readonly string[]
    }),
  )

/**
 * Those that take each other to be in the room. Where the resolution of states has put a server out for another by what it
 * was never told, it cannot know: who is not in the room is sent nothing.
 */
const isMutual = (one: RoomCopy, other: RoomCopy): boolean =>
  hostsIn(one.members).has(other.serverName) && hostsIn(other.members).has(one.serverName)

const hostsIn = (members: ReadonlyMap<string, string>): ReadonlySet<string> =>
  new Set([...members].flatMap(([userId, membership]) => (membership === 'join' ? [hostOf(userId)] : [])))

/** What they differ in, in words; empty when they agree. Servers that are barred are left out. */
export function differences(copies: readonly RoomCopy[], barred: ReadonlySet<string>): string[] {
  const present = copies.filter(({ isIn }) => isIn)
  // Who is out for one of them is sent nothing by that one, nor can ask for it, though others may have it.
  const inRoom = present.filter(({ serverName }) => present.every(({ members }) => hostsIn(members).has(serverName)))
  const pairs = present.flatMap((one, at) => present.slice(at + 1).map((other) => [one, other] as const))
  return [
    ...ofResidents(copies, barred),
    ...ofReturned(present, barred),
    ...copies.flatMap((copy) => ofFollowedHeads(copies, copy)),
    ...inRoom.flatMap((copy) => ofMissing(inRoom, { copy, barred })),
    ...ofVerdicts(present),
    ...ofStates(present),
    ...pairs.filter(([one, other]) => isMutual(one, other)).flatMap(ofHeads),
  ]
}

const hostOf = (userId: string): string => userId.slice(userId.indexOf(':') + 1)

/** Who is in the room according to one is so according to all, but for those whose own server cannot say otherwise. */
function ofResidents(copies: readonly RoomCopy[], barred: ReadonlySet<string>): string[] {
  const byName = new Map(copies.map((copy) => [copy.serverName, copy]))
  return copies
    .filter(({ isIn }) => isIn)
    .flatMap((copy) =>
      [...hostsIn(copy.members)]
        .filter((host) => !barred.has(host) && !byName.get(host)?.isIn && !isExcused(copy, host, byName.get(host)))
        .map((host) => `${copy.serverName} thinks that ${host} is in the room, which is not`),
    )
}

/**
 * Who left told those it knew in the room, and so did those who put it out: nobody tells a server whose join is undone for them,
 * or that they have not heard of. Nor can it know where the users are out by no event.
 */
const isExcused = (copy: RoomCopy, host: string, own: RoomCopy | undefined): boolean =>
  (own !== undefined && !hostsIn(own.members).has(copy.serverName)) ||
  [...copy.members]
    .filter(([userId, membership]) => membership === 'join' && hostOf(userId) === host)
    .every(([userId]) => isOutByNoEvent(copy, userId, own))

/**
 * Whether the user's own server never got the answer to the join, which cannot be repeated: they have tried, and a join rule
 * that the room's version does not know lets nobody in, not even who is in. Or it has the join, and the resolution of states
 * has left the user without any membership: it takes in nothing more, as a server that is out.
 */
function isOutByNoEvent(copy: RoomCopy, userId: string, own: RoomCopy | undefined): boolean {
  const key = `m.room.member ${userId}`
  return own?.events.has(copy.state.get(key) ?? '') ? !own.state.has(key) : !letsInWhoIsIn(copy)
}

function letsInWhoIsIn({ room }: RoomCopy): boolean {
  const { rules } = room
  const known: Readonly<Record<string, boolean>> = {
    ...{ public: true, invite: true, knock: rules.knocking },
    ...{ restricted: rules.restrictedJoins, knock_restricted: rules.knockRestrictedJoins },
  }
  return known[String(room.state('m.room.join_rules')?.content['join_rule'] ?? 'invite')] ?? false
}

/**
 * A server that is in the room by its own account alone knows what put it out for the others it knows of, and has come back
 * since.
 */
function ofReturned(copies: readonly RoomCopy[], barred: ReadonlySet<string>): string[] {
  return copies.flatMap((own) => {
    const known = hostsIn(own.members)
    const others = copies.filter(
      ({ serverName, members }) => known.has(serverName) && !hostsIn(members).has(own.serverName),
    )
    const users = [...own.members].filter(([userId, each]) => each === 'join' && hostOf(userId) === own.serverName)
    return others.flatMap((other) =>
      users
        .flatMap(([userId]) => unknownLeaves(own, other, { userId, barred }))
        .map((text) => `${own.serverName} does not know that it is out of the room for ${other.serverName}: ${text}`),
    )
  })
}

interface Returned {
  readonly userId: string
  readonly barred: ReadonlySet<string>
}

/**
 * What put a user out for another server, and the user's own does not know; or that the other has not even the user's join.
 * No event tells where the resolution of states undid that. What came before a server had heard of the room, it could not take
 * in: the other soft-failed the join for that. Nor need it hear those whom an access list keeps out.
 */
function unknownLeaves(own: RoomCopy, other: RoomCopy, { userId, barred }: Returned): string[] {
  const key = `m.room.member ${userId}`
  const joinId = own.state.get(key) ?? ''
  const join = other.events.get(joinId) ?? other.outliers.get(joinId)
  if (!join) return [`it does not have ${described([own, other], joinId)}`]
  if ((join.flags & eventFlag.softFailed) !== 0 && isFirst(own, joinId)) return []
  const isLeave = ({ pdu }: CopiedEvent) => ['leave', 'ban'].includes(String(membershipOf(pdu, userId)))
  const leaves = [...other.events.values()].filter(
    (event) => isLeave(event) && isAccepted(event) && !barred.has(hostOf(event.pdu.sender)),
  )
  const since = descendants(other.events, joinId)
  const isKnown = ({ eventId }: CopiedEvent) => own.events.has(eventId) || own.outliers.has(eventId)
  const isDue = ({ eventId }: CopiedEvent) => since.has(eventId) || eventId === other.state.get(key)
  return leaves
    .filter((leave) => !isKnown(leave) && isDue(leave))
    .map(({ eventId }) => described([own, other], eventId))
}

/** Whether a server had not heard of the room before an event. */
function isFirst({ events, outliers }: RoomCopy, eventId: string): boolean {
  const live = [...events.values(), ...outliers.values()].filter(({ ord }) => isLivePlace(ord ?? 0))
  return live.toSorted((a, b) => (a.ord ?? 0) - (b.ord ?? 0))[0]?.eventId === eventId
}

const isAccepted = ({ flags }: CopiedEvent): boolean => (flags & (eventFlag.softFailed | eventFlag.rejected)) === 0

const membershipOf = ({ type, state_key: stateKey, content }: CopiedEvent['pdu'], userId: string): unknown =>
  type === 'm.room.member' && stateKey === userId ? content['membership'] : undefined

/** No head follows another: what is followed is none. */
function ofFollowedHeads(copies: readonly RoomCopy[], { serverName, heads }: RoomCopy): string[] {
  const previous = new Map(copies.flatMap(({ events }) => [...events].map(([id, event]) => [id, event.previous])))
  const followed = new Set(heads.flatMap((eventId) => previous.get(eventId) ?? []))
  for (const eventId of followed) for (const each of previous.get(eventId) ?? []) followed.add(each)
  return heads
    .filter((eventId) => followed.has(eventId))
    .map((eventId) => `a head at ${serverName} is followed: ${described(copies, eventId)}`)
}

/** Servers with the same heads have the same state. Others have heard what some took in and some soft-failed. */
function ofStates(copies: readonly RoomCopy[]): string[] {
  return Map.groupBy(copies, ({ heads }) => heads.join(' '))
    .values()
    .toArray()
    .flatMap(([first, ...others]) =>
      first === undefined ? [] : others.flatMap((other) => ofTwo(copies, first, other)),
    )
}

function ofTwo(copies: readonly RoomCopy[], one: RoomCopy, other: RoomCopy): string[] {
  const shown = (id: string | undefined) => (id === undefined ? 'nothing' : described(copies, id))
  const states = ofMaps(one, other, ({ state }) => state).map(
    ({ key, a, b }) => `state ${key}\n  ${one.serverName}: ${shown(a)}\n  ${other.serverName}: ${shown(b)}`,
  )
  const members = ofMaps(one, other, ({ members: each }) => each).map(
    ({ key, a, b }) => `membership of ${key}: ${one.serverName} ${a}, ${other.serverName} ${b}`,
  )
  return states.concat(members)
}

function ofMaps(a: RoomCopy, b: RoomCopy, part: (copy: RoomCopy) => ReadonlyMap<string, string>) {
  const [ours, theirs] = [part(a), part(b)]
  return [...new Set([...ours.keys(), ...theirs.keys()])]
    .filter((key) => ours.get(key) !== theirs.get(key))
    .map((key) => ({ key, a: ours.get(key), b: theirs.get(key) }))
}

/**
 * Heads may differ by what has been soft-failed elsewhere, or need not be there, which goes on when somebody there speaks who
 * may: what such heads follow, directly or through others of that kind, stands in for them.
 */
function ofHeads(copies: readonly RoomCopy[]): string[] {
  const isShared = (eventId: string) =>
    copies.every(({ events }) => ((events.get(eventId)?.flags ?? eventFlag.softFailed) & eventFlag.softFailed) === 0)
  const shared = copies.map((copy) => sharedHeads(copy, isShared).join(' '))
  if (new Set(shared).size <= 1) return []
  return copies.map(
    ({ serverName, heads }) => `heads at ${serverName}: ${heads.map((id) => described(copies, id)).join('\n  ')}`,
  )
}

function sharedHeads({ heads, events }: RoomCopy, isShared: (eventId: string) => boolean): readonly string[] {
  const before = (eventId: string) => events.get(eventId)?.previous ?? []
  const found = new Set(heads)
  for (const eventId of found) if (!isShared(eventId)) for (const each of before(eventId)) found.add(each)
  const shared = [...found].filter(isShared)
  if (shared.length < 2) return shared
  const followed = new Set(shared.flatMap(before))
  for (const eventId of followed) for (const each of before(eventId)) followed.add(each)
  return shared.filter((eventId) => !followed.has(eventId)).toSorted()
}

interface OfOne {
  readonly copy: RoomCopy
  readonly barred: ReadonlySet<string>
}

/**
 * What came after a server joined, it has, unless a barred server said it, or nobody accepted it nor what follows it, which
 * need not be heard.
 */
function ofMissing(copies: readonly RoomCopy[], { copy, barred }: OfOne): string[] {
  const all = new Map<string, CopiedEvent>()
  for (const { events } of copies) for (const [eventId, event] of events) all.set(eventId, event)
  const needed = new Set(
    copies.flatMap(({ events }) => [...events.values()].filter(isAccepted).map(({ eventId }) => eventId)),
  )
  for (const eventId of needed) for (const each of all.get(eventId)?.previous ?? []) needed.add(each)
  return [...descendants(all, arrivalOf(copy))]
    .filter((id) => needed.has(id) && !copy.events.has(id) && !barred.has(hostOf(all.get(id)?.pdu.sender ?? '')))
    .filter((id) => !isHidden(copies, id, copy.serverName))
    .map((id) => `${copy.serverName} lacks ${described(copies, id)}`)
}

/** All who have an event reject it or none. */
function ofVerdicts(copies: readonly RoomCopy[]): string[] {
  const verdicts = Map.groupBy(
    copies.flatMap(({ events }) => [...events.values()]),
    ({ eventId }) => eventId,
  )
  return Array.from(verdicts)
    .filter(([, events]) => new Set(events.map(({ flags }) => flags & eventFlag.rejected)).size > 1)
    .map(([eventId]) => `not all reject ${described(copies, eventId)}`)
}

/** Whether nobody who has an event may give it to the server: by its history visibility, the server was not there. */
const isHidden = (copies: readonly RoomCopy[], eventId: string, serverName: string): boolean =>
  copies.every(({ events, witnesses }) => !events.has(eventId) || witnesses.get(eventId)?.has(serverName) === false)

/**
 * The event with which the server came into the room last: the first of its timeline, a join after all its users had left, or
 * one that follows what it did not have. It may have been out without a leave, by the resolution of states, when it took in
 * nothing of what it was told.
 */
function arrivalOf({ serverName, events }: RoomCopy): string | undefined {
  const joined = new Set<string>()
  let arrival: string | undefined
  for (const { eventId, pdu, ord, previous, flags } of events.values()) {
    if (ord === null || pdu.type !== 'm.room.member' || hostOf(pdu.state_key ?? '') !== serverName) continue
    if (pdu.content['membership'] !== 'join') joined.delete(pdu.state_key ?? '')
    else {
      const isAfterGap = (flags & eventFlag.gap) !== 0 || !previous.some((each) => events.has(each))
      if (joined.size === 0 || isAfterGap) arrival = eventId
      joined.add(pdu.state_key ?? '')
    }
  }
  return arrival
}

function descendants(all: ReadonlyMap<string, CopiedEvent>, root: string | undefined): ReadonlySet<string> {
  const found = new Set<string>(root === undefined ? [] : [root])
  for (let size = -1; size < found.size;) {
    size = found.size
    for (const { eventId, previous } of all.values()) if (previous.some((id) => found.has(id))) found.add(eventId)
  }
  return found
}
