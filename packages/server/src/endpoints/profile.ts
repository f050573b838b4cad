// What kind of homeserver this is: who may call which operation, and what rooms are like.
import type { EndpointDefinition } from '@myelin/protocol/endpoint'
import { MatrixError } from '@myelin/protocol/errors'
import type { Requester } from '../accounts/accounts.ts'
import type { Config } from '../config/settings.ts'
import { announcementRoom } from '../rooms/announcement-room.ts'
import type { CreateRoomRequest } from '../rooms/initial-state.ts'
import { ciProfile, type Api, type ProfileRow } from './ci-profile.ts'
import type { PeerServer } from './handlers.ts'
import type { Route } from './routes.ts'

type Operation = Pick<Route, 'operation' | 'definition'>
type Caller = Requester | PeerServer | undefined

export interface Profile {
  /** Throws what the profile answers to those who may not call the operation. */
  admit(operation: Operation, caller: Caller): void
  /** What a request for a new room amounts to. Throws `M_FORBIDDEN` for rooms that may not be. */
  newRoom(request: CreateRoomRequest): CreateRoomRequest
}

const full: Profile = { admit: () => undefined, newRoom: (request) => request }

const ci: Profile = {
  admit: (operation, caller) => admitTo(rowOf(operation), caller),
  newRoom: announcementRoom,
}

export const profiles: Readonly<Record<Config['profile'], Profile>> = { full, ci }

/** The API that a path belongs to. */
export function apiOf({ path }: Pick<EndpointDefinition, 'path'>): Api {
  if (/^\/_matrix\/(federation|key|policy)\/|^\/\.well-known\/matrix\/server$/.test(path)) return 'federation'
  return /^\/(_matrix|\.well-known)\//.test(path) ? 'client' : 'operator'
}

const rows = new Map(ciProfile.flatMap((row) => row.operations.map((name) => [`${row.api} ${name}`, row] as const)))

type Rule = Pick<ProfileRow, 'openTo' | 'refusal'>

const unlisted: Rule = { openTo: 'nobody' }
const administration: Rule = { openTo: 'administrators' }

/** The row of the `ci` profile that speaks of an operation, or what holds where none does. */
export const rowOf = ({ operation, definition }: Operation): Rule =>
  rows.get(`${apiOf(definition)} ${operation}`) ??
  (definition.path.startsWith('/_myelin/admin/') ? administration : unlisted)

function admitTo({ openTo, refusal }: Rule, caller: Caller): void {
  const { errcode, error } = refusal ?? { errcode: 'M_FORBIDDEN', error: 'This is disabled on this server' }
  if (openTo === 'nobody') throw new MatrixError(errcode, error)
  if (caller === undefined || !('userId' in caller)) return
  if (openTo === 'users' && caller.isGuest)
    throw new MatrixError('M_GUEST_ACCESS_FORBIDDEN', 'This server has no place for guests')
  if (openTo === 'administrators' && !caller.isAdmin)
    throw new MatrixError('M_FORBIDDEN', 'Only an administrator of this server may do that')
}
