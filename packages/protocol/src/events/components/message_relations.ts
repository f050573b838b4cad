// What any message may say besides its own fields: whom it mentions, what it relates to, what it replaces.
// https://spec.matrix.org/v1.19/client-server-api/#user-and-room-mentions and #event-replacements
import { Type } from 'typebox'
import { Mentions } from '../../client-server/definitions/m.mentions.ts'
import { RelatesTo, ReplyRelation } from '../../client-server/definitions/m.relates_to.ts'
import { JsonObject } from '../../json-object.ts'

/** Fields to spread into the content of a message; `m.new_content` belongs to the relation `m.replace`. */
export const messageRelations = {
  'm.mentions': Type.Optional(Mentions),
  'm.relates_to': Type.Optional(Type.Union([RelatesTo, ReplyRelation])),
  'm.new_content': Type.Optional(JsonObject),
}
