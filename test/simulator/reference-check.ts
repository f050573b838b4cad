// The state of a room computed again from its events alone, by the words of the specification.
import { authorize } from '@myelin/algorithms/auth'
import { authEventOf, referencedIds } from '@myelin/algorithms/event'
import {
  ReferenceResolver,
  stateKey,
  stateKeyOf,
  type ReferenceEvent,
  type ReferenceState,
} from '@myelin/algorithms/testing/state-resolution.reference'
import { eventFlag } from '@myelin/server/rooms/room-event'
import { described, type CopiedEvent, type RoomCopy } from './room-copy.ts'

/** What differs from it, for a server that has the whole history of the room. */
export function referenceDifferences(copy: RoomCopy): string[] {
  const { events, outliers, room } = copy
  const isWhole = [...events.values()].every(({ previous }) => previous.every((id) => events.has(id)))
  if (!isWhole) return []
  const known = new Map<string, ReferenceEvent>()
  for (const event of [...outliers.values(), ...events.values()]) known.set(event.eventId, referenceOf(copy, event))
  const resolver = new ReferenceResolver(known, room.rules)
  const after = new Map<string, ReferenceState>()
  const wrong: string[] = []
  for (const event of inOrder(events)) {
    const before = resolver.resolve(event.previous.map((id) => after.get(id)!))
    const itself = known.get(event.eventId)!
    const lookUp = (type: string, key: string) => known.get(before.get(stateKey(type, key)) ?? '')
    const isAllowed = event.pdu.type === 'm.room.create' || authorize(itself, lookUp, room.rules) === undefined
    const isRejected = (event.flags & eventFlag.rejected) !== 0
    if (!isAllowed && !isRejected)
      wrong.push(`${copy.serverName} should have rejected ${described([copy], event.eventId)}`)
    const isApplied = !isRejected && event.pdu.state_key !== undefined
    after.set(event.eventId, isApplied ? new Map([...before, [stateKeyOf(itself), event.eventId]]) : before)
  }
  const state = resolver.resolve(copy.heads.map((id) => after.get(id) ?? new Map()))
  for (const key of new Set([...state.keys(), ...copy.state.keys()]))
    if (state.get(key) !== copy.state.get(key))
      wrong.push(`by the reference ${key} is ${state.get(key)}, at ${copy.serverName} ${copy.state.get(key)}`)
  return wrong
}

const referenceOf = ({ room }: RoomCopy, { eventId, pdu, flags }: CopiedEvent): ReferenceEvent => ({
  ...authEventOf(pdu, room.rules, eventId),
  rejected: (flags & eventFlag.rejected) !== 0,
  authEvents: referencedIds(pdu.auth_events),
  originServerTs: pdu.origin_server_ts,
  depth: pdu.depth,
})

/** Events after those they follow. */
function inOrder(events: ReadonlyMap<string, CopiedEvent>): CopiedEvent[] {
  const ordered = new Map<string, CopiedEvent>()
  const visit = (event: CopiedEvent): void => {
    if (ordered.has(event.eventId)) return
    for (const id of event.previous) visit(events.get(id)!)
    ordered.set(event.eventId, event)
  }
  for (const event of events.values()) visit(event)
  return [...ordered.values()]
}
