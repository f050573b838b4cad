// The same work in many rooms, some at a time. A room that fails does not keep the others from being served.
import { exitCodes, NotifierError } from './failure.ts'
import type { Homeserver } from './homeserver.ts'

/** What became of a message in a room. */
export interface RoomOutcome {
  readonly roomId: string
  readonly result: 'posted' | 'edited' | 'unchanged' | 'silent' | 'would post' | 'would edit' | 'failed'
  readonly eventId?: string | undefined
  /** Of a dry run: the text that would be said. */
  readonly body?: string | undefined
  /** How long it took, milliseconds. */
  readonly ms: number
  readonly error?: Error | undefined
}

/** Runs work in every room, at most so many at once; results come in the order of the rooms. */
export async function inEachRoom<Result>(
  rooms: readonly string[],
  roomsAtOnceMax: number,
  work: (roomId: string) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  const waiting = rooms.entries()
  const worker = async () => {
    for (const [place, roomId] of waiting) results[place] = await work(roomId)
  }
  await Promise.all(Array.from({ length: Math.min(roomsAtOnceMax, rooms.length) }, worker))
  return results
}

/** Runs work in a room and tells what became of it, failures included. */
export async function outcomeOf(
  roomId: string,
  work: () => Promise<Pick<RoomOutcome, 'result' | 'eventId' | 'body'>>,
): Promise<RoomOutcome> {
  const startMs = performance.now()
  const ms = () => Math.round(performance.now() - startMs)
  try {
    return { roomId, ...(await work()), ms: ms() }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return { roomId, result: 'failed', ms: ms(), error }
  }
}

/** Which rooms to tell. */
export interface RoomSelection {
  /** Room IDs, aliases or matrix.to links; without any, every room the account has joined. */
  readonly rooms: readonly string[]
  /** Of the joined rooms, only those whose alias, name or ID matches one of these patterns; `*` is any text. */
  readonly matching?: readonly string[]
  /** Of the joined rooms, none whose alias, name or ID matches one of these patterns. */
  readonly except?: readonly string[]
}

/** IDs of the selected rooms. Throws `NotifierError` of kind `usage` when there is none. */
export async function selectRooms(
  homeserver: Homeserver,
  { rooms, matching = [], except = [] }: RoomSelection,
): Promise<string[]> {
  if (rooms.length > 0) return [...new Set(await Promise.all(rooms.map((room) => homeserver.roomId(room))))]
  const joined = await homeserver.joinedRooms()
  const selected =
    matching.length + except.length === 0 ? joined : await filtered(homeserver, joined, { matching, except })
  if (selected.length > 0) return selected
  throw new NotifierError(
    'usage',
    joined.length === 0
      ? 'This account has joined no room: invite it and let it join, or name one with --room'
      : 'None of the joined rooms matches',
  )
}

async function filtered(
  homeserver: Homeserver,
  joined: readonly string[],
  { matching, except }: { matching: readonly string[]; except: readonly string[] },
): Promise<string[]> {
  const named = await inEachRoom(joined, 8, async (roomId) => ({ roomId, names: await namesOf(homeserver, roomId) }))
  return named
    .filter(({ names }) => (matching.length === 0 || isAny(names, matching)) && !isAny(names, except))
    .map(({ roomId }) => roomId)
}

const isAny = (names: readonly string[], patterns: readonly string[]) =>
  names.some((name) => patterns.some((pattern) => globMatches(pattern, name)))

/** What a room may be called by: its ID, its main alias, its name. */
export async function namesOf(homeserver: Homeserver, roomId: string): Promise<string[]> {
  const [canonical, name] = await Promise.all([
    homeserver.state(roomId, 'm.room.canonical_alias'),
    homeserver.state(roomId, 'm.room.name'),
  ])
  return [roomId, canonical?.['alias'], name?.['name']].filter((each) => typeof each === 'string')
}

/** Whether a text matches a pattern in which `*` stands for any text and `?` for one character. */
export function globMatches(pattern: string, text: string): boolean {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'su').test(text)
}

/** The exit code that the outcomes come to. */
export function exitCodeOf(
  outcomes: readonly { readonly result: string; readonly error?: Error | undefined }[],
): number {
  const failed = outcomes.filter(({ result }) => result === 'failed')
  if (failed.length === 0) return 0
  if (failed.length < outcomes.length) return exitCodes.partial
  const first = failed[0]?.error
  return first instanceof NotifierError ? exitCodes[first.kind] : exitCodes.server
}
