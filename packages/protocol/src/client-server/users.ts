// The user directory.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { UserId } from '../identifiers.ts'

/**
 * Searches for users by name.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3user_directorysearch
 */
export const searchUserDirectory = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/user_directory/search',
  auth: 'user',
  rateLimited: true,
  body: Type.Object({ search_term: Type.String(), limit: Type.Optional(Type.Integer()) }),
  response: Type.Object({
    results: Type.Array(
      Type.Object({
        user_id: UserId,
        display_name: Type.Optional(Type.String()),
        avatar_url: Type.Optional(Type.String()),
      }),
    ),
    limited: Type.Boolean(),
  }),
})
