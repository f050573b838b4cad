// What JSON is once parsed, and the few questions asked of it everywhere.

/** A JSON object whose members have not been looked at yet. */
export type JsonObject = { readonly [key: string]: unknown }

/** Whether `value` is a JSON object: not null, not an array. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The object's own member called `key`, never one inherited from a prototype. */
export const member = (object: JsonObject, key: string): unknown =>
  Object.hasOwn(object, key) ? object[key] : undefined

/** The object's own member called `key` if it is a string. */
export const stringMember = (object: JsonObject, key: string): string | undefined => {
  const value = member(object, key)
  return typeof value === 'string' ? value : undefined
}

/** The object's own member called `key` if it is an object. */
export const objectMember = (object: JsonObject, key: string): JsonObject | undefined => {
  const value = member(object, key)
  return isObject(value) ? value : undefined
}

/** A copy of `object` without the members named. */
export const without = (object: JsonObject, ...names: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)))
