// Announces commits in rooms: each commit once per room, in order, rooms side by side.
import { createHash } from 'node:crypto'
import type { Commit } from './commits.ts'
import { inEachRoom } from './each-room.ts'
import type { Homeserver, OwnMessage } from './homeserver.ts'
import { announcement, commitField } from './render.ts'

export interface AnnounceOptions {
  /** Oldest first. */
  readonly commits: readonly Commit[]
  readonly roomIds: readonly string[]
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
  const { roomIds, roomsAtOnceMax } = options
  const outcomes = await inEachRoom(roomIds, roomsAtOnceMax, (roomId) => announceIn(homeserver, roomId, options))
  return outcomes.flat()
}

async function announceIn(
  homeserver: Homeserver,
  roomId: string,
  { commits, isDryRun }: AnnounceOptions,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  try {
    await homeserver.encryptionFor(roomId)
    const known = new Set(announced(await lookBack(homeserver, roomId, commits)).keys())
    for (const commit of commits) outcomes.push(await announceOne(homeserver, { roomId, commit, known, isDryRun }))
    return await settled(homeserver, { roomId, commits, outcomes })
  } catch (error) {
    if (!(error instanceof Error)) throw error
    for (const commit of commits.slice(outcomes.length)) outcomes.push({ roomId, commit, result: 'failed', error })
    return outcomes
  }
}

/** The memory is the room itself; it is looked through as far back as these commits and as many others would reach. */
const lookBack = (homeserver: Homeserver, roomId: string, commits: readonly Commit[]) =>
  homeserver.ownMessages(roomId, Math.max(250, 2 * commits.length))

/** Event IDs of the messages that announce each commit, oldest first. */
function announced(messages: readonly OwnMessage[]): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const { eventId, content } of messages.toReversed()) {
    const hash = hashOf(content[commitField])
    if (hash !== undefined) found.set(hash, [...(found.get(hash) ?? []), eventId])
  }
  return found
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
  const eventId = await homeserver.send(roomId, { txnId: transactionId(commit), content: announcement(commit) })
  return { roomId, commit, result: 'posted', eventId }
}

interface Done {
  readonly roomId: string
  readonly commits: readonly Commit[]
  readonly outcomes: readonly Outcome[]
}

/** Where another run announced the same commit at the same time, the earlier message stays and the later is taken back. */
async function settled(homeserver: Homeserver, { roomId, commits, outcomes }: Done): Promise<Outcome[]> {
  if (!outcomes.some(({ result }) => result === 'posted')) return [...outcomes]
  const present = announced(await lookBack(homeserver, roomId, commits))
  const kept: Outcome[] = []
  for (const outcome of outcomes) {
    const { commit, eventId } = outcome
    const first = present.get(commit.hash)?.[0]
    const isSecond = eventId !== undefined && first !== undefined && first !== eventId
    if (isSecond) await homeserver.redact(roomId, eventId, 'Announced twice at the same time')
    kept.push(isSecond ? { roomId, commit, result: 'announced before' } : outcome)
  }
  return kept
}

/** The same commit has the same transaction id, so that a retry after a lost answer posts nothing twice. */
export const transactionId = ({ hash }: Commit): string =>
  `commit-${createHash('sha256').update(hash).digest('hex').slice(0, 32)}`
