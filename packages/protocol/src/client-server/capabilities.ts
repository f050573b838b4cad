// What the server allows this user to do.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { mapOf } from '../map-of.ts'
import { openEnum } from '../open-enum.ts'

/**
 * Lists the capabilities of the server for the caller.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3capabilities
 */
export const getCapabilities = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/capabilities',
  auth: 'user',
  rateLimited: true,
  response: Type.Object({
    capabilities: Type.Object({
      'm.change_password': Type.Optional(Type.Object({ enabled: Type.Boolean() })),
      'm.forget_forced_upon_leave': Type.Optional(Type.Object({ enabled: Type.Boolean() })),
      'm.room_versions': Type.Optional(
        Type.Object({ default: Type.String(), available: mapOf(openEnum('stable', 'unstable')) }),
      ),
      'm.set_displayname': Type.Optional(Type.Object({ enabled: Type.Boolean() })),
      'm.set_avatar_url': Type.Optional(Type.Object({ enabled: Type.Boolean() })),
      'm.3pid_changes': Type.Optional(Type.Object({ enabled: Type.Boolean() })),
      'm.get_login_token': Type.Optional(Type.Object({ enabled: Type.Boolean() })),
      'm.profile_fields': Type.Optional(
        Type.Object({
          allowed: Type.Optional(Type.Array(Type.String())),
          disallowed: Type.Optional(Type.Array(Type.String())),
          enabled: Type.Boolean(),
        }),
      ),
      'm.account_moderation': Type.Optional(
        Type.Object({ suspend: Type.Optional(Type.Boolean()), lock: Type.Optional(Type.Boolean()) }),
      ),
    }),
  }),
})
