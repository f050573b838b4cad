// EDUs that must arrive at another server, such as to-device messages: kept until the server has acknowledged them.
import { sql } from './sql.ts'
import type { Reader, Row, Write } from './store.ts'

export interface OutboundEdu extends Row {
  /** Journal position of the entry the EDU was written with: the order in which they are sent. */
  readonly position: number
  /** The EDU, `{"content":…,"edu_type":…}`, canonical JSON. */
  readonly json: string
}

const insert = sql`INSERT INTO outbound_edus (server_name, position, json)
  VALUES (${'serverName'}, ${'position'}, ${'json'})`
const insertForAll = sql`INSERT INTO outbound_edus (server_name, position, json)
  SELECT value, ${'position'}, ${'json'} FROM json_each(${'serverNames'})`
const atPositions = sql`SELECT position, server_name AS "serverName" FROM outbound_edus
  WHERE position IN (SELECT value FROM json_each(${'positions'}))`
const select = sql`SELECT position, json FROM outbound_edus WHERE server_name = ${'serverName'}
  ORDER BY position LIMIT ${'limit'}`
const remove = sql`DELETE FROM outbound_edus WHERE server_name = ${'serverName'} AND position <= ${'position'}`
const names = sql`SELECT DISTINCT server_name AS "serverName" FROM outbound_edus`

/** Keeps an EDU for a server, at most one for each journal position; in the change that makes the journal entry. */
export function addOutboundEdu(w: Write, serverName: string, { position, json }: OutboundEdu): void {
  w.run(insert, { serverName, position, json })
}

/** The same for many servers. */
export function addOutboundEdus(w: Write, serverNames: readonly string[], { position, json }: OutboundEdu): void {
  w.run(insertForAll, { serverNames: JSON.stringify(serverNames), position, json })
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
