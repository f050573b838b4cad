// Questions about aliases and profiles: https://spec.matrix.org/v1.19/server-server-api/#querying-for-information
import { MatrixError } from '@myelin/protocol/errors'
import { JsonText } from '@myelin/protocol/handlers'
import type { RoomId, ServerName } from '@myelin/protocol/identifiers'
import type { queryInfo, queryProfile, queryRoomDirectory } from '@myelin/protocol/server-server/query'
import type { Handlers } from '../handlers.ts'

interface Group {
  readonly queryInfo: typeof queryInfo
  readonly queryProfile: typeof queryProfile
  readonly queryRoomDirectory: typeof queryRoomDirectory
}

export const handlers: Handlers<Group> = {
  queryInfo: async (_, { path }) => {
    throw new MatrixError('M_UNRECOGNIZED', `There is no query ${path.queryType.slice(0, 100)}`)
  },

  queryRoomDirectory: async ({ rooms, config }, { query }) => {
    if (!query.room_alias.endsWith(`:${config.serverName}`))
      throw new MatrixError('M_NOT_FOUND', 'The alias is not of this server')
    const { roomId, servers } = await rooms.resolveAlias(query.room_alias)
    return { room_id: roomId as RoomId, servers: servers as ServerName[] }
  },

  queryProfile: async ({ accounts, config }, { query }) => {
    const { user_id: userId, field } = query
    if (!userId.endsWith(`:${config.serverName}`))
      throw new MatrixError('M_NOT_FOUND', 'The user is not of this server')
    const profile = await accounts.profiles.get(userId)
    // "If the user does not have a particular field set on their profile, the server MUST […] exclude it"
    const answer = field === undefined ? profile : Object.hasOwn(profile, field) ? { [field]: profile[field] } : {}
    return new JsonText(JSON.stringify(answer))
  },
}
