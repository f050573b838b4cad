// Searching events.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { mapOf } from '../map-of.ts'
import { ClientEvent } from './definitions/client_event.ts'
import { RoomEventFilter } from './definitions/room_event_filter.ts'

/**
 * Searches the rooms of the user for events.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3search
 */
export const search = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/search',
  auth: 'user',
  rateLimited: true,
  query: Type.Object({ next_batch: Type.Optional(Type.String()) }),
  body: Type.Object({
    search_categories: Type.Object({
      room_events: Type.Optional(
        Type.Object({
          search_term: Type.String(),
          keys: Type.Optional(
            Type.Array(
              Type.Union([Type.Literal('content.body'), Type.Literal('content.name'), Type.Literal('content.topic')]),
            ),
          ),
          filter: Type.Optional(RoomEventFilter),
          order_by: Type.Optional(Type.Union([Type.Literal('recent'), Type.Literal('rank')])),
          event_context: Type.Optional(
            Type.Object({
              before_limit: Type.Optional(Type.Integer()),
              after_limit: Type.Optional(Type.Integer()),
              include_profile: Type.Optional(Type.Boolean()),
            }),
          ),
          include_state: Type.Optional(Type.Boolean()),
          groupings: Type.Optional(
            Type.Object({
              group_by: Type.Optional(
                Type.Array(
                  Type.Object({ key: Type.Optional(Type.Union([Type.Literal('room_id'), Type.Literal('sender')])) }),
                ),
              ),
            }),
          ),
        }),
      ),
    }),
  }),
  response: Type.Object({
    search_categories: Type.Object({
      room_events: Type.Optional(
        Type.Object({
          count: Type.Optional(Type.Integer()),
          highlights: Type.Optional(Type.Array(Type.String())),
          results: Type.Optional(
            Type.Array(
              Type.Object({
                rank: Type.Optional(Type.Number()),
                result: Type.Optional(ClientEvent),
                context: Type.Optional(
                  Type.Object({
                    start: Type.Optional(Type.String()),
                    end: Type.Optional(Type.String()),
                    profile_info: Type.Optional(
                      mapOf(
                        Type.Object({
                          displayname: Type.Optional(Type.String()),
                          avatar_url: Type.Optional(Type.String()),
                        }),
                      ),
                    ),
                    events_before: Type.Optional(Type.Array(ClientEvent)),
                    events_after: Type.Optional(Type.Array(ClientEvent)),
                  }),
                ),
              }),
            ),
          ),
          state: Type.Optional(mapOf(Type.Array(ClientEvent))),
          groups: Type.Optional(
            mapOf(
              mapOf(
                Type.Object({
                  next_batch: Type.Optional(Type.String()),
                  order: Type.Optional(Type.Integer()),
                  results: Type.Optional(Type.Array(Type.String())),
                }),
              ),
            ),
          ),
          next_batch: Type.Optional(Type.String()),
        }),
      ),
    }),
  }),
})
