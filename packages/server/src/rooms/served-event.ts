// Events as clients get them: the stored text with `unsigned` spliced in. Everything `unsigned` needs is loaded for a
// whole page of events at once.
import { type Reading } from './access.ts'
import { bundles } from './bundles.ts'
import type { RoomsContext } from './context.ts'
import { erasedTo, redactedCopy } from './erased-users.ts'
import { type RoomEvent, spliceLast } from './room-event.ts'
import { viewpoint, type Viewpoint } from './visibility.ts'

export interface ServeOptions {
  /** Leaves out `room_id`, as in `/sync`. */
  readonly withoutRoomId?: boolean
  /** Leaves out bundled aggregations, as for the events inside of bundles. */
  readonly withoutBundles?: boolean
  /** The reader's view of these events, if it is at hand. */
  readonly view?: Viewpoint
}

/** JSON texts of the events for this reader, in order. Whether the reader may see them was decided before. */
export async function serveEvents(
  context: RoomsContext,
  reading: Reading,
  events: readonly RoomEvent[],
  options: ServeOptions = {},
): Promise<string[]> {
  if (events.length === 0) return []
  const { room, actor } = reading
  const view = options.view ?? (await viewpoint(reading, events))
  const aside = await loadAside(reading, events)
  const erased = await erasedTo(context, reading, [...events, ...aside.values()])
  const shown = (event: RoomEvent) => (erased.has(event) ? redactedCopy(room, event) : event)
  const serve = async (event: RoomEvent) =>
    (await serveEvents(context, reading, [event], { withoutBundles: true }))[0] ?? '{}'
  const bundled = options.withoutBundles
    ? new Map<number, string>()
    : await bundles(context, reading, { events, serve })
  if (actor.deviceNid !== undefined) await context.transactions.load(actor.deviceNid)
  const now = context.environment.now()
  return events.map((event) => {
    const unsigned = [`"age":${Math.max(0, now - event.ts)}`, `"membership":"${view.membershipAt(event)}"`]
    const replaced = aside.get(replacedNid(room, event))
    if (replaced) {
      unsigned.push(`"prev_content":${JSON.stringify(shown(replaced).content)}`)
      unsigned.push(`"replaces_state":${JSON.stringify(replaced.eventId)}`)
    }
    const redaction = event.redactedBy === undefined ? undefined : aside.get(event.redactedBy)
    if (redaction) unsigned.push(`"redacted_because":${shown(redaction).clientJson()}`)
    const transactionId = context.transactions.idOf(actor.deviceNid, event)
    if (transactionId !== undefined) unsigned.push(`"transaction_id":${JSON.stringify(transactionId)}`)
    const relations = bundled.get(event.nid)
    if (relations !== undefined && !erased.has(event)) unsigned.push(`"m.relations":${relations}`)
    const json = options.withoutRoomId ? shown(event).syncJson() : shown(event).clientJson()
    return spliceLast(json, `"unsigned":{${unsigned.join(',')}}`)
  })
}

/** The state events these replaced and the redactions that hit them, by nid. */
async function loadAside({ room }: Reading, events: readonly RoomEvent[]): Promise<ReadonlyMap<number, RoomEvent>> {
  await room.loadRoots(needsReplaced(events).map((event) => event.snapshot))
  const nids = new Set<number>()
  for (const event of events) {
    const replaced = replacedNid(room, event)
    if (replaced !== 0) nids.add(replaced)
    if (event.redactedBy !== undefined) nids.add(event.redactedBy)
  }
  if (nids.size === 0) return new Map()
  return new Map((await room.events([...nids])).map((event) => [event.nid, event]))
}

const needsReplaced = (events: readonly RoomEvent[]) =>
  events.filter((event) => event.isState && event.replacesNid === undefined && event.ord !== undefined)

/** Nid of the state event whose place this one took, or 0. */
function replacedNid(room: Reading['room'], event: RoomEvent): number {
  if (!event.isState || event.ord === undefined) return 0
  if (event.replacesNid !== undefined) return event.replacesNid
  return room.stateNidAt(room.rootBefore(event.snapshot), event.type, event.stateKey)
}
