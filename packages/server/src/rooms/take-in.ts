// Takes in the history of a room that was verified elsewhere: from a ledger, or the store of another server. Every event
// goes the way of events that other servers send, and nothing is asked of anybody.
import type { RoomVersionRules } from '@myelin/algorithms/room-version'
import { MatrixError } from '@myelin/protocol/errors'
import { takenInAtOnceMax } from '../limits.ts'
import { aliasRow, insertAlias } from '../store/aliases.ts'
import type { RoomsContext } from './context.ts'
import { publish } from './directory-entry.ts'
import type { HotRoom } from './hot-room.ts'
import { knownRoom } from './place-aside.ts'
import { parseIncoming } from './read-incoming.ts'
import { inOrder, type Lacking, receiveHeld } from './receive.ts'

export interface VerifiedHistory {
  readonly roomId: string
  readonly rules: RoomVersionRules
  /** In federation format, those that are followed before those that follow. */
  readonly events: Iterable<unknown>
  /** Names of the room on this server; those that are taken already stay as they are. */
  readonly aliases?: readonly string[]
  /** Whether it is in the public directory. */
  readonly isPublic?: boolean
}

export interface TakenIn {
  readonly roomNid: number
  /** Events of the timeline. */
  events: number
  /** What was not taken in, and why. */
  readonly refused: { readonly eventId: string; readonly reason: string }[]
}

const lacks: Readonly<Record<Lacking['lacks'], string>> = {
  cited: 'an event that it cites is missing',
  previous: 'an event that it follows is missing',
  policy: 'its policy server has not signed it',
}

/** Takes in the room, or what is missing of it; resolves when it is durable. */
export async function takeIn(context: RoomsContext, history: VerifiedHistory): Promise<TakenIn> {
  const { roomId, rules } = history
  const { nid } = await knownRoom(context, { roomId, rules })
  return context.hotRooms.use(nid, (room) =>
    inOrder(context, room, async () => {
      const result = await takeInEvents(context, room, history.events)
      await name(context, room, history)
      return result
    }),
  )
}

async function takeInEvents(context: RoomsContext, room: HotRoom, events: Iterable<unknown>): Promise<TakenIn> {
  const result: TakenIn = { roomNid: room.nid, events: 0, refused: [] }
  const writing: Promise<unknown>[] = []
  for (const value of events) {
    const { eventId, reason, durable } = await takeInEvent(context, room, value)
    if (reason === undefined) result.events++
    else result.refused.push({ eventId, reason })
    writing.push(durable)
    if (writing.length >= takenInAtOnceMax) await Promise.all(writing.splice(0))
  }
  await Promise.all(writing)
  return result
}

interface Outcome {
  readonly eventId: string
  /** Why it is not part of the timeline. */
  readonly reason?: string
  readonly durable: Promise<unknown>
}

async function takeInEvent(context: RoomsContext, room: HotRoom, value: unknown): Promise<Outcome> {
  const durable = Promise.resolve()
  try {
    const incoming = parseIncoming(value, room.rules)
    const { eventId } = incoming
    const receiving = { incoming, mode: 'live', isPolicyAsked: true } as const
    const first = await receiveHeld(context, room, receiving)
    // What it follows was not accepted, or never had: the room as it is stands for the state before it.
    const isGap = 'lacks' in first && first.lacks === 'previous' && room.heads.length > 0
    const taken = isGap ? await receiveHeld(context, room, { ...receiving, givenState: room.root }) : first
    if ('lacks' in taken) return { eventId, reason: lacks[taken.lacks], durable }
    const isShown = taken.event.ord !== undefined
    return { eventId, durable: taken.durable, ...(isShown ? {} : { reason: 'the room does not allow it' }) }
  } catch (error) {
    if (!(error instanceof MatrixError)) throw error
    return { eventId: '', reason: error.message, durable }
  }
}

async function name(context: RoomsContext, room: HotRoom, { aliases = [], isPublic = false }: VerifiedHistory) {
  if (room.heads.length === 0 || (aliases.length === 0 && !isPublic)) return
  const create = room.state('m.room.create')
  const creatorNid = create ? create.senderNid : 0
  const known = await Promise.all(aliases.map((alias) => aliasRow(context.store.read, alias)))
  await context.store.write((w) => {
    for (const alias of aliases.filter((_, index) => !known[index]))
      insertAlias(w, { alias, roomNid: room.nid, creatorNid })
    if (isPublic) publish(w, room)
  })
  room.isPublic = isPublic
}
