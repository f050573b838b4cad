// Finds the definition of an event by its type and, where variants of a type differ, by its content.
import type { EventDefinition } from './event.ts'
import { eduDefinitions, eventDefinitions } from './groups.ts'

const events: ReadonlyMap<string, EventDefinition> = new Map(Object.entries(eventDefinitions))
const edus: ReadonlyMap<string, EventDefinition> = new Map(Object.entries(eduDefinitions))

/** The field of a content that tells variants of a type apart. */
const variantField: ReadonlyMap<string, string> = new Map([
  ['m.room.message', 'msgtype'],
  ['m.key.verification.start', 'method'],
])

/** The definition of a client's event, undefined for types nobody knows. An unknown variant gets the type's general one. */
export const eventDefinitionOf = (
  type: string,
  content: Readonly<Record<string, unknown>> = {},
): EventDefinition | undefined => {
  const field = variantField.get(type)
  const variant = field === undefined ? undefined : content[field]
  return (typeof variant === 'string' ? events.get(`${type}$${variant}`) : undefined) ?? events.get(type)
}

/** The definition of an ephemeral data unit between servers, undefined for types nobody knows. */
export const eduDefinitionOf = (eduType: string): EventDefinition | undefined => edus.get(eduType)
