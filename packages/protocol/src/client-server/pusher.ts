// Pushers: where notifications of a user are sent.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { openEnum } from '../open-enum.ts'

/** Lists the pushers of the user. https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3pushers */
export const getPushers = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/pushers',
  auth: 'user',
  response: Type.Object({
    pushers: Type.Optional(
      Type.Array(
        Type.Object({
          pushkey: Type.String(),
          kind: Type.String(),
          app_id: Type.String(),
          app_display_name: Type.String(),
          device_display_name: Type.String(),
          profile_tag: Type.Optional(Type.String()),
          lang: Type.String(),
          data: Type.Object({ url: Type.Optional(Type.String()), format: Type.Optional(Type.String()) }),
          'org.matrix.msc3881.enabled': Type.Optional(Type.Boolean()),
          'org.matrix.msc3881.device_id': Type.Optional(Type.String()),
        }),
      ),
    ),
  }),
})

/**
 * Creates, changes or (with kind null) deletes a pusher.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3pushersset
 */
export const postPusher = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/pushers/set',
  auth: 'user',
  rateLimited: true,
  body: Type.Object({
    pushkey: Type.String(),
    kind: Type.Union([Type.String(), Type.Null()]),
    app_id: Type.String(),
    app_display_name: Type.Optional(Type.String()),
    device_display_name: Type.Optional(Type.String()),
    profile_tag: Type.Optional(Type.String()),
    lang: Type.Optional(Type.String()),
    data: Type.Optional(
      Type.Object({ url: Type.Optional(Type.String()), format: Type.Optional(openEnum('event_id_only')) }),
    ),
    append: Type.Optional(Type.Boolean()),
    'org.matrix.msc3881.enabled': Type.Optional(Type.Boolean()),
  }),
  response: Type.Object({}),
})
