// Whether the servers in a room agree on it, once everything has been delivered.
import { eventFlag } from '@myelin/server/rooms/room-event'
import { described, type CopiedEvent, type Departed, type RoomCopy } from './room-copy.ts'

/**
 * Servers that an access list has ever kept out. What they said then was not heard, and nobody need ever hear it: with them
 * the others need not agree.
 */
export function barredServers(copies: readonly RoomCopy[]): ReadonlySet<string> {
  const lists = copies.flatMap(({ events, outliers }) =>
    [...events.values(), ...outliers.values()].filter(({ pdu }) => pdu.type === 'm.room.server_acl'),
  )
  return new Set(lists.flatMap(({ pdu }) => (pdu.content as { readonly deny?: readonly string[] }).deny ?? []))
}

/**
 * Those that all think to be in the room. Where a user leaves and comes back while the network is cut, the others may in
 * the end have the leave and not the return; as they send nothing more to a server that is not in the room, it cannot know.
 */
const settled = (copies: readonly RoomCopy[]): readonly RoomCopy[] =>
  copies.filter(({ serverName }) => copies.every(({ members }) => hostsIn(members).has(serverName)))

const hostsIn = (members: ReadonlyMap<string, string>): ReadonlySet<string> =>
  new Set([...members].flatMap(([userId, membership]) => (membership === 'join' ? [hostOf(userId)] : [])))

export interface Others {
  /** These are left out. */
  readonly barred: ReadonlySet<string>
  readonly departed: readonly Departed[]
}

/** What they differ in, in words; empty when they agree. */
export function differences(copies: readonly RoomCopy[], { barred, departed }: Others): string[] {
  const inRoom = settled(copies)
  return [
    ...ofResidents(copies, { barred, departed }),
    ...ofEvents(inRoom, barred),
    ...ofStates(inRoom),
    ...ofHeads(inRoom),
  ]
}

const hostOf = (userId: string): string => userId.slice(userId.indexOf(':') + 1)

/**
 * Who is in the room according to one is so according to all. A server that left sent that to those it knew in the room:
 * the others, who came through servers it does not listen to, cannot know.
 */
function ofResidents(copies: readonly RoomCopy[], { barred, departed }: Others): string[] {
  const hasTold = (host: string, other: string) =>
    departed.find(({ serverName }) => serverName === host)?.hosts.has(other) ?? true
  const present = new Set([...barred, ...copies.map(({ serverName }) => serverName)])
  return copies.flatMap(({ serverName, members }) =>
    [...hostsIn(members)]
      .filter((host) => !present.has(host) && hasTold(host, serverName))
      .map((host) => `${serverName} thinks that ${host} is in the room, which is not`),
  )
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

/** Heads may differ by what has been soft-failed elsewhere, which goes on when somebody there speaks who may. */
function ofHeads(copies: readonly RoomCopy[]): string[] {
  const isSoftFailed = (eventId: string) =>
    copies.some(({ events }) => ((events.get(eventId)?.flags ?? 0) & eventFlag.softFailed) !== 0)
  const shared = copies.map(({ heads }) => heads.filter((eventId) => !isSoftFailed(eventId)).join(' '))
  if (new Set(shared).size <= 1) return []
  return copies.map(
    ({ serverName, heads }) => `heads at ${serverName}: ${heads.map((id) => described(copies, id)).join('\n  ')}`,
  )
}

/** What came after a server joined, it has, unless a barred server said it, which need not be heard; and all who have an event reject it or none. */
function ofEvents(copies: readonly RoomCopy[], barred: ReadonlySet<string>): string[] {
  const all = new Map<string, CopiedEvent>()
  for (const { events } of copies) for (const [eventId, event] of events) all.set(eventId, event)
  const missing = copies.flatMap((copy) => {
    const since = descendants(all, arrivalOf(copy))
    return [...since]
      .filter((id) => !copy.events.has(id) && !barred.has(hostOf(all.get(id)?.pdu.sender ?? '')))
      .map((id) => `${copy.serverName} lacks ${described(copies, id)}`)
  })
  const disputed = [...all.keys()].filter((eventId) => {
    const verdicts = copies
      .flatMap(({ events }) => events.get(eventId) ?? [])
      .map(({ flags }) => flags & eventFlag.rejected)
    return new Set(verdicts).size > 1
  })
  return [...missing, ...disputed.map((id) => `not all reject ${described(copies, id)}`)]
}

/** The event with which the server came into the room last: the first of its timeline unless it joined later. */
function arrivalOf({ serverName, events }: RoomCopy): string | undefined {
  const joined = new Set<string>()
  let arrival: string | undefined
  for (const { eventId, pdu, ord } of events.values()) {
    if (ord === null || pdu.type !== 'm.room.member' || hostOf(pdu.state_key ?? '') !== serverName) continue
    if (pdu.content['membership'] !== 'join') joined.delete(pdu.state_key ?? '')
    else {
      if (joined.size === 0) arrival = eventId
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
