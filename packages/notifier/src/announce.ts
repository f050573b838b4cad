// Announces commits in rooms: each commit once per room, in order, rooms side by side.
import { createHash } from 'node:crypto'
import type { Commit } from './commits.ts'
import { NotifierError } from './failure.ts'
import type { Homeserver } from './homeserver.ts'
import { announcement, commitField } from './render.ts'

export interface AnnounceOptions {
  readonly commits: readonly Commit[]
  /** Room ids or aliases; without any, every room the account has joined. */
  readonly rooms: readonly string[]
  /** Rooms told at the same time. */
  readonly roomsAtOnceMax: number
  /** Finds out what would be posted and posts nothing. */
  readonly isDryRun: boolean
}

/** What became of one commit in one room. */
export interface Outcome {
  readonly roomId: string
  readonly commit: Commit
  readonly result: 'posted' | 'would post' | 'announced before' | 'failed'
  readonly eventId?: string
  readonly error?: Error
}

/** Tells the rooms. A room that fails does not keep the others from being told. */
export async function announce(homeserver: Homeserver, options: AnnounceOptions): Promise<Outcome[]> {
  const rooms = await roomsOf(homeserver, options.rooms)
  const outcomes: Outcome[][] = []
  const waiting = rooms.entries()
  const worker = async () => {
    for (const [place, roomId] of waiting) outcomes[place] = await announceIn(homeserver, roomId, options)
  }
  await Promise.all(Array.from({ length: Math.min(options.roomsAtOnceMax, rooms.length) }, worker))
  return outcomes.flat()
}

async function roomsOf(homeserver: Homeserver, wanted: readonly string[]): Promise<string[]> {
  const rooms =
    wanted.length > 0
      ? await Promise.all(wanted.map((room) => homeserver.roomId(room)))
      : await homeserver.joinedRooms()
  if (rooms.length === 0)
    throw new NotifierError(
      'usage',
      'This account has joined no room: invite it and let it join, or name one with --room',
    )
  return [...new Set(rooms)]
}

async function announceIn(
  homeserver: Homeserver,
  roomId: string,
  { commits, isDryRun }: AnnounceOptions,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  try {
    const known = await announcedBefore(homeserver, roomId)
    for (const commit of commits) outcomes.push(await announceOne(homeserver, { roomId, commit, known, isDryRun }))
  } catch (error) {
    if (!(error instanceof Error)) throw error
    for (const commit of commits.slice(outcomes.length)) outcomes.push({ roomId, commit, result: 'failed', error })
  }
  return outcomes
}

/** Hashes of the commits that this account's latest messages in the room announce: the memory is the room itself. */
async function announcedBefore(homeserver: Homeserver, roomId: string): Promise<ReadonlySet<string>> {
  const contents = await homeserver.ownMessages(roomId)
  return new Set(contents.flatMap((content) => hashOf(content[commitField]) ?? []))
}

const hashOf = (field: unknown): string | undefined =>
  typeof field === 'object' && field !== null && 'hash' in field && typeof field.hash === 'string'
    ? field.hash
    : undefined

interface One {
  readonly roomId: string
  readonly commit: Commit
  readonly known: ReadonlySet<string>
  readonly isDryRun: boolean
}

async function announceOne(homeserver: Homeserver, { roomId, commit, known, isDryRun }: One): Promise<Outcome> {
  if (known.has(commit.hash)) return { roomId, commit, result: 'announced before' }
  if (isDryRun) return { roomId, commit, result: 'would post' }
  const eventId = await homeserver.send(roomId, transactionId(commit), announcement(commit))
  return { roomId, commit, result: 'posted', eventId }
}

/** The same commit has the same transaction id, so that a retry after a lost answer posts nothing twice. */
export const transactionId = ({ hash }: Commit): string =>
  `commit-${createHash('sha256').update(hash).digest('hex').slice(0, 32)}`
