// What a user changed about the push rules, where a user's unread count differs from everybody's, and the pushers.
import { sql } from './sql.ts'
import type { Reader, Write } from './store.ts'

// Push rules

export interface PushRulesRow extends Readonly<Record<string, string | number>> {
  readonly user_nid: number
  /** JSON of the user's own rules and changes to the default rules. */
  readonly changes: string
  /** Journal position of the last change. */
  readonly position: number
}

const upsertRules = sql`
  INSERT INTO push_rules (user_nid, changes, position) VALUES (${'user_nid'}, ${'changes'}, ${'position'})
  ON CONFLICT (user_nid) DO UPDATE SET changes = excluded.changes, position = excluded.position`
const allRules = sql`SELECT p.*, u.user_id FROM push_rules p JOIN users u ON u.nid = p.user_nid`

/** Stores the changes one user made. */
export const setPushRules = (w: Write, row: PushRulesRow): void => w.run(upsertRules, row)
/** The changes of all users who made any. */
export const allPushRules = (read: Reader): Promise<(PushRulesRow & { readonly user_id: string })[]> =>
  read.all(allRules, {})

const ignoredLists = sql`
  SELECT a.user_nid, u.user_id, a.content FROM account_data a JOIN users u ON u.nid = a.user_nid
  WHERE a.room_nid = 0 AND a.type = 'm.ignored_user_list'`

/** Whom users ignore: the contents of their account data. */
export const allIgnoredLists = (
  read: Reader,
): Promise<{ readonly user_nid: number; readonly user_id: string; readonly content: string }[]> =>
  read.all(ignoredLists, {})

// Exceptions: added to the default outcome of the event at `ord`, which the room's counters hold

export interface PushExceptionRow extends Readonly<Record<string, number>> {
  readonly user_nid: number
  readonly room_nid: number
  readonly ord: number
  /** Nid of the thread's root, 0 in the main timeline. */
  readonly thread_nid: number
  readonly notify: number
  readonly highlight: number
}

const insertException = sql`
  INSERT INTO push_exceptions (user_nid, room_nid, ord, thread_nid, notify, highlight)
  VALUES (${'user_nid'}, ${'room_nid'}, ${'ord'}, ${'thread_nid'}, ${'notify'}, ${'highlight'})`
const exceptionsAfter = sql`
  SELECT * FROM push_exceptions WHERE user_nid = ${'user'} AND room_nid = ${'room'} AND ord > ${'after'} ORDER BY ord`

/** Stores where one user's outcome differs. */
export const addPushException = (w: Write, row: PushExceptionRow): void => w.run(insertException, row)

const insertExceptionById = sql`
  INSERT INTO push_exceptions (user_nid, room_nid, ord, thread_nid, notify, highlight)
  SELECT nid, ${'room_nid'}, ${'ord'}, ${'thread_nid'}, ${'notify'}, ${'highlight'} FROM users
  WHERE user_id = ${'user_id'}`

/** The same for a user whose nid is not at hand. */
export const addPushExceptionByUserId = (
  w: Write,
  userId: string,
  row: Pick<PushExceptionRow, 'room_nid' | 'ord' | 'thread_nid' | 'notify' | 'highlight'>,
): void => w.run(insertExceptionById, { ...row, user_id: userId })

/** Differences for a user in a room after a place in the timeline. */
export const pushExceptions = (read: Reader, user: number, room: number, after: number): Promise<PushExceptionRow[]> =>
  read.all(exceptionsAfter, { user, room, after })

const prune = sql`
  DELETE FROM push_exceptions WHERE user_nid = ${'user_nid'} AND room_nid = ${'room_nid'} AND ord <= ${'ord'}
    AND (${'thread_nid'} < 0 OR thread_nid = ${'thread_nid'})`

/** Removes what a read mark has made meaningless; a negative `thread_nid` stands for the whole room. */
export const prunePushExceptions = (
  w: Write,
  mark: Pick<PushExceptionRow, 'user_nid' | 'room_nid' | 'ord' | 'thread_nid'>,
): void =>
  w.run(prune, { user_nid: mark.user_nid, room_nid: mark.room_nid, ord: mark.ord, thread_nid: mark.thread_nid })

// Pushers

export interface PusherRow extends Readonly<Record<string, string | number>> {
  readonly user_nid: number
  readonly app_id: string
  readonly pushkey: string
  readonly device_nid: number
  /** The pusher as the client set it. */
  readonly json: string
}

const upsertPusher = sql`
  INSERT INTO pushers (user_nid, app_id, pushkey, device_nid, json)
  VALUES (${'user_nid'}, ${'app_id'}, ${'pushkey'}, ${'device_nid'}, ${'json'})
  ON CONFLICT (user_nid, app_id, pushkey) DO UPDATE SET device_nid = excluded.device_nid, json = excluded.json`
const deletePusher = sql`
  DELETE FROM pushers WHERE user_nid = ${'user'} AND app_id = ${'appId'} AND pushkey = ${'pushkey'}`
const deleteOthers = sql`
  DELETE FROM pushers WHERE user_nid <> ${'user'} AND app_id = ${'appId'} AND pushkey = ${'pushkey'}`
const ofUser = sql`SELECT * FROM pushers WHERE user_nid = ${'user'} ORDER BY app_id, pushkey`

/** Adds or replaces the pusher of an app and key. */
export const setPusher = (w: Write, row: PusherRow): void => w.run(upsertPusher, row)
/** Removes a user's pusher. */
export const removePusher = (w: Write, user: number, appId: string, pushkey: string): void =>
  w.run(deletePusher, { user, appId, pushkey })
/** Removes the pushers other users have for the same app and key. */
export const removeOthersPushers = (w: Write, user: number, appId: string, pushkey: string): void =>
  w.run(deleteOthers, { user, appId, pushkey })
/** The pushers of a user. */
export const pushersOf = (read: Reader, user: number): Promise<PusherRow[]> => read.all(ofUser, { user })
