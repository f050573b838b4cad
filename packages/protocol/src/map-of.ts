// The schema of a JSON object used as a map: any keys, values of one schema.
import { Type } from 'typebox'
import type { TRecord, TSchema } from 'typebox'

/**
 * A map from any text to values of a schema. The pattern matches every key: that of `Type.Record(Type.String(), …)`,
 * `^.*$`, matches none with a line break in it, and lets the values under such keys through unchecked.
 */
export const mapOf = <const Value extends TSchema>(value: Value): TRecord<'^.*$', Value> =>
  Type.Record(Type.String({ pattern: '^' }), value)
