// Reading what a stranger sent: members of JSON by their path, each as what it should be or not at all.

/** The value at a path of member names, or undefined. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let current = value
  for (const name of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, name)) return undefined
    current = Reflect.get(current, name)
  }
  return current
}

/** The text at a path; empty text counts as none. */
export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path)
  return typeof found === 'string' && found !== '' ? found : undefined
}

export function numberAt(value: unknown, ...path: readonly string[]): number | undefined {
  const found = at(value, ...path)
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined
}

export const isTrueAt = (value: unknown, ...path: readonly string[]): boolean => at(value, ...path) === true

/** The list at a path; empty where there is none. */
export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = at(value, ...path)
  return Array.isArray(found) ? found : []
}

/** A number or text at a path as text: ids come as either. */
export const idAt = (value: unknown, ...path: readonly string[]): string | undefined =>
  textAt(value, ...path) ?? numberAt(value, ...path)?.toString()

/** A time at a path, as ISO 8601 or `2026-01-02 03:04:05 UTC`, in milliseconds since 1970. */
export function timeAt(value: unknown, ...path: readonly string[]): number | undefined {
  const ms = Date.parse(textAt(value, ...path)?.replace(' UTC', 'Z') ?? '')
  return Number.isNaN(ms) || ms <= 0 ? undefined : ms
}

/** Milliseconds between two times, where both are known and in order. */
export const between = (from: number | undefined, to: number | undefined): number | undefined =>
  from === undefined || to === undefined || to < from ? undefined : to - from

/** The first line of a text. */
export const firstLine = (text: string | undefined): string => text?.split('\n', 1)[0] ?? ''
