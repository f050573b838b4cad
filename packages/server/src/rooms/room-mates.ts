// Who shares a room with a user, found room by room without holding up anything else.
import { serverNameOf } from '@myelin/algorithms/user-id'
import { syncSliceMs } from '../limits.ts'
import { isLocal, type RoomsContext } from './context.ts'
import type { Company } from './hot-rooms.ts'
import { joinedRoomNids, joinedUsersOf } from '../store/presence.ts'

export interface RoomMates {
  /** Users of this server, by nid. */
  readonly users: ReadonlySet<number>
  /** Servers, this one among them. */
  readonly servers: ReadonlySet<string>
}

/** Everybody in the rooms a user is in: this server's users, and the servers of the others. */
export async function roomMates(rooms: RoomsContext, userNid: number): Promise<RoomMates> {
  const { store, environment, hotRooms } = rooms
  const [users, servers] = [new Set<number>(), new Set<string>()]
  let sliceStart = environment.monotonic()
  for (const room of await joinedRoomNids(store.read, userNid)) {
    const company = await hotRooms.company(room, (nid) => readCompany(rooms, nid))
    for (const user of company.localJoined) users.add(user)
    for (const host of company.hosts) servers.add(host)
    if (environment.monotonic() - sliceStart < syncSliceMs) continue
    await new Promise<void>((resolve) => void environment.timer(0, resolve))
    sliceStart = environment.monotonic()
  }
  return { users, servers }
}

async function readCompany(rooms: RoomsContext, roomNid: number): Promise<Company> {
  const joined = await joinedUsersOf(rooms.store.read, roomNid)
  const hosts = new Set(joined.map(({ userId }) => serverNameOf(userId)))
  return { localJoined: joined.filter(({ userId }) => isLocal(rooms, userId)).map(({ userNid }) => userNid), hosts }
}
