// EDUs that must arrive at another server, such as to-device messages: kept until the server has acknowledged them.
import { sql } from './sql.ts'
import type { Reader, Row, Write } from './store.ts'

export interface OutboundEdu extends Row {
  /** Journal position of the entry the EDU was written with: the order in which they are sent. */
  readonly position: number
  /** The EDU, `{"content":…,"edu_type":…}`, canonical JSON. */
  readonly json: string
}

/** An EDU to be kept. */
export interface NewOutboundEdu extends OutboundEdu {
  /** When it was made, milliseconds since the epoch. */
  readonly ts: number
}

const insert = sql`INSERT INTO outbound_edus (server_name, position, json, bytes, added_ts)
  VALUES (${'serverName'}, ${'position'}, ${'json'}, octet_length(${'json'}), ${'ts'})`
const insertForAll = sql`INSERT INTO outbound_edus (server_name, position, json, bytes, added_ts)
  SELECT value, ${'position'}, ${'json'}, octet_length(${'json'}), ${'ts'} FROM json_each(${'serverNames'})`
const atPositions = sql`SELECT position, server_name AS "serverName" FROM outbound_edus
  WHERE position IN (SELECT value FROM json_each(${'positions'}))`
const select = sql`SELECT position, json FROM outbound_edus WHERE server_name = ${'serverName'}
  ORDER BY position LIMIT ${'limit'}`
const remove = sql`DELETE FROM outbound_edus WHERE server_name = ${'serverName'} AND position <= ${'position'}`
const names = sql`SELECT DISTINCT server_name AS "serverName" FROM outbound_edus`

/** Keeps an EDU for a server, at most one for each journal position; in the change that makes the journal entry. */
export function addOutboundEdu(w: Write, serverName: string, { position, json, ts }: NewOutboundEdu): void {
  w.run(insert, { serverName, position, json, ts })
}

/** The same for many servers. */
export function addOutboundEdus(
  w: Write,
  serverNames: readonly string[],
  { position, json, ts }: NewOutboundEdu,
): void {
  w.run(insertForAll, { serverNames: JSON.stringify(serverNames), position, json, ts })
}

/** For which servers an EDU is kept under each of these positions. */
export const outboundEduServers = (
  read: Reader,
  positions: readonly number[],
): Promise<{ readonly position: number; readonly serverName: string }[]> =>
  read.all(atPositions, { positions: JSON.stringify(positions) })

/** The oldest EDUs for a server. */
export const outboundEdus = (read: Reader, serverName: string, limit: number): Promise<OutboundEdu[]> =>
  read.all(select, { serverName, limit })

/** Forgets the EDUs for a server up to a position: they have arrived. */
export function removeOutboundEdus(w: Write, serverName: string, position: number): void {
  w.run(remove, { serverName, position })
}

/** Servers for which EDUs are kept. */
export const serversWithOutboundEdus = async (read: Reader): Promise<string[]> =>
  (await read.all<{ serverName: string }>(names, {})).map(({ serverName }) => serverName)

/** How many EDUs a server has, or loses. */
export interface OutboundEduCount extends Row {
  readonly serverName: string
  readonly count: number
}

const countOld = sql`WITH old AS MATERIALIZED (SELECT server_name FROM outbound_edus WHERE added_ts < ${'before'})
  SELECT server_name AS "serverName", count(*) AS count FROM old GROUP BY server_name`
const removeOld = sql`DELETE FROM outbound_edus WHERE added_ts < ${'before'}`
const crowded = sql`SELECT server_name AS "serverName" FROM outbound_edus
  GROUP BY server_name HAVING count(*) > ${'edusMax'} OR sum(bytes) > ${'bytesMax'}`
const beyond = sql`SELECT max(position) AS position, count(*) AS count FROM (
    SELECT position, count(*) OVER newer AS edus, sum(bytes) OVER newer AS bytes FROM outbound_edus
    WHERE server_name = ${'serverName'} WINDOW newer AS (ORDER BY position DESC)
  ) AS kept WHERE edus > ${'edusMax'} OR bytes > ${'bytesMax'}`

const date = sql`UPDATE outbound_edus SET added_ts = ${'now'} WHERE added_ts = 0`

/** EDUs of before their times were kept count as made now. */
export const dateOutboundEdus = (w: Write, now: number): void => w.run(date, { now })

/** Servers with EDUs made before a time. */
export const oldOutboundEdus = (read: Reader, before: number): Promise<OutboundEduCount[]> =>
  read.all(countOld, { before })

/** Forgets EDUs made before a time. */
export const removeOldOutboundEdus = (w: Write, before: number): void => w.run(removeOld, { before })

/** How much is kept for a server. */
export interface OutboundEduBounds {
  readonly edusMax: number
  readonly bytesMax: number
}

/** Servers for which more is kept than that. */
export const crowdedServers = async (read: Reader, { edusMax, bytesMax }: OutboundEduBounds): Promise<string[]> => {
  const rows = await read.all<{ serverName: string }, 'edusMax' | 'bytesMax'>(crowded, { edusMax, bytesMax })
  return rows.map(({ serverName }) => serverName)
}

/** The oldest EDUs for a server, which are beyond what is kept: how many, and the position of the last of them. */
export const outboundEdusBeyond = async (
  read: Reader,
  serverName: string,
  { edusMax, bytesMax }: OutboundEduBounds,
): Promise<{ readonly position: number; readonly count: number }> => {
  type Beyond = { position: number | null; count: number }
  type Name = 'serverName' | 'edusMax' | 'bytesMax'
  const row = await read.get<Beyond, Name>(beyond, { serverName, edusMax, bytesMax })
  return { position: row?.position ?? 0, count: row?.count ?? 0 }
}
