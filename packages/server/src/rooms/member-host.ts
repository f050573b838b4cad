// The server of a member, as a room counts it.
import { serverNameOf } from '@myelin/algorithms/user-id'
import type { MemberHost } from './hot-room.ts'

/** The server of a user. `serverName` is this one's. */
export function memberHost(userId: string, serverName: string): MemberHost {
  const host = serverNameOf(userId)
  return { isLocal: host === serverName, host }
}
