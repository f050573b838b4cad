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

/** What differs from it: after the heads, and in a server that has the whole history of the room, after every event. */
export function referenceDifferences(copy: RoomCopy): string[] {
  const { events, outliers, room, heads, statesAfterHeads } = copy
  const known = new Map<string, ReferenceEvent>()
  for (const event of [...outliers.values(), ...events.values()]) known.set(event.eventId, referenceOf(copy, event))
  const resolver = new ReferenceResolver(known, room.rules)
  const isWhole = [...events.values()].every(({ previous }) => previous.every((id) => events.has(id)))
  const wrong: string[] = []
  if (isWhole) {
    const after = statesAfter(copy, { known, resolver, wrong })
    for (const [index, head] of heads.entries())
      wrong.push(...ofStates(`after the head ${head} at ${copy.serverName}`, after.get(head), statesAfterHeads[index]))
  }
  const resolved = resolver.resolve(statesAfterHeads)
  return [...wrong, ...ofStates(`at ${copy.serverName}`, resolved, copy.state)]
}

function ofStates(where: string, reference: ReferenceState = new Map(), state: ReferenceState = new Map()): string[] {
  return [...new Set([...reference.keys(), ...state.keys()])]
    .filter((key) => reference.get(key) !== state.get(key))
    .map((key) => `${key} ${where} is ${state.get(key)}, by the reference ${reference.get(key)}`)
}

interface Knowledge {
  readonly known: ReadonlyMap<string, ReferenceEvent>
  readonly resolver: ReferenceResolver
  /** Gets what was judged wrongly. */
  readonly wrong: string[]
}

function statesAfter(copy: RoomCopy, { known, resolver, wrong }: Knowledge): ReadonlyMap<string, ReferenceState> {
  const after = new Map<string, ReferenceState>()
  for (const event of inOrder(copy.events)) {
    const before = resolver.resolve(event.previous.map((id) => after.get(id)!))
    const itself = known.get(event.eventId)!
    const lookUp = (type: string, key: string) => known.get(before.get(stateKey(type, key)) ?? '')
    const isAllowed = event.pdu.type === 'm.room.create' || authorize(itself, lookUp, copy.room.rules) === undefined
    const isRejected = (event.flags & eventFlag.rejected) !== 0
    if (!isAllowed && !isRejected)
      wrong.push(`${copy.serverName} should have rejected ${described([copy], event.eventId)}`)
    const isApplied = !isRejected && event.pdu.state_key !== undefined
    after.set(event.eventId, isApplied ? new Map([...before, [stateKeyOf(itself), event.eventId]]) : before)
  }
  return after
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
