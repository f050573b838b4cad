// How an event relates to another, read from its content, and what that asks of a new event.
// https://spec.matrix.org/v1.19/client-server-api/#forming-relationships-between-events
import { type JsonObject, objectMember, stringMember } from '@myelin/algorithms/json'

export interface Relation {
  readonly relType: string
  readonly parentId: string
  /** Of annotations: what is annotated with, e.g. an emoji. */
  readonly key: string | undefined
}

/** The relation of a content, or undefined when it has none that is well-formed. */
export function relationOf(content: JsonObject): Relation | undefined {
  const relatesTo = objectMember(content, 'm.relates_to')
  const relType = relatesTo && stringMember(relatesTo, 'rel_type')
  const parentId = relatesTo && stringMember(relatesTo, 'event_id')
  if (relatesTo === undefined || relType === undefined || parentId === undefined) return undefined
  return { relType, parentId, key: stringMember(relatesTo, 'key') }
}
