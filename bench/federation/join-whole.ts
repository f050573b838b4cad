// Joining a room of other servers before anything in it is measured.
import { ok, type Account } from '../accounts.ts'
import type { Connection } from '../connection.ts'

/**
 * Joins, and waits for the room to be whole: on a busy machine some keys come too slowly for the join, and what their
 * servers' members say would wait for those members, while the servers of a synthetic room do not give it a second time.
 */
export async function joinWhole(
  connection: Connection,
  { token }: Pick<Account, 'token'>,
  { roomId, via }: { readonly roomId: string; readonly via: string },
): Promise<void> {
  const room = encodeURIComponent(roomId)
  const path = `/_matrix/client/v3/join/${room}?via=${via}`
  ok(await connection.request({ method: 'POST', path, token, body: {} }), 'join')
  ok(await connection.request({ method: 'GET', path: `/_matrix/client/v3/rooms/${room}/members`, token }), 'members')
}
