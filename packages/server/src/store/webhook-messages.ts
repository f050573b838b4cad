// What webhooks have said: the message of each story in each room, and how branches stood.
import { sql } from './sql.ts'
import type { Reader, Row, Write } from './store.ts'

export interface StoryPlace {
  readonly hookNid: number
  readonly roomId: string
  readonly storyKey: string
}

export interface StoryMessage extends Row {
  /** The message to edit. */
  readonly eventId: string
  /** Machine-readable fields of its newest version, JSON. */
  readonly fields: string
}

const select = sql`SELECT event_id AS "eventId", fields FROM webhook_messages
  WHERE hook_nid = ${'hookNid'} AND room_id = ${'roomId'} AND story_key = ${'storyKey'}`
const upsert = sql`INSERT INTO webhook_messages (hook_nid, room_id, story_key, event_id, fields, ts)
  VALUES (${'hookNid'}, ${'roomId'}, ${'storyKey'}, ${'eventId'}, ${'fields'}, ${'ts'})
  ON CONFLICT (hook_nid, room_id, story_key) DO UPDATE SET event_id = excluded.event_id, fields = excluded.fields,
    ts = excluded.ts`
const prune = sql`DELETE FROM webhook_messages WHERE ts < ${'before'}`

/** The message that tells a story in a room. */
export const storyMessage = (read: Reader, place: StoryPlace): Promise<StoryMessage | undefined> =>
  read.get<StoryMessage, 'hookNid' | 'roomId' | 'storyKey'>(select, place)

/** Remembers it. `ts` in milliseconds since the epoch. */
export function setStoryMessage(w: Write, place: StoryPlace, message: StoryMessage & { readonly ts: number }): void {
  w.run(upsert, { ...place, eventId: message.eventId, fields: message.fields, ts: message.ts })
}

/** Forgets messages that were last edited before `before`, milliseconds since the epoch. */
export function pruneStoryMessages(w: Write, before: number): void {
  w.run(prune, { before })
}

const branch = sql`SELECT memory FROM webhook_branches WHERE hook_nid = ${'hookNid'} AND branch_key = ${'branchKey'}`
const setBranch = sql`INSERT INTO webhook_branches (hook_nid, branch_key, memory)
  VALUES (${'hookNid'}, ${'branchKey'}, ${'memory'})
  ON CONFLICT (hook_nid, branch_key) DO UPDATE SET memory = excluded.memory`

/** What is remembered of a branch, JSON. */
export const branchMemory = async (read: Reader, hookNid: number, branchKey: string): Promise<string | undefined> =>
  (await read.get<{ memory: string }, 'hookNid' | 'branchKey'>(branch, { hookNid, branchKey }))?.memory

export function setBranchMemory(w: Write, hookNid: number, { branchKey, memory }: BranchMemory): void {
  w.run(setBranch, { hookNid, branchKey, memory })
}

export interface BranchMemory {
  readonly branchKey: string
  readonly memory: string
}
