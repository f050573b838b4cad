// SQL as tagged templates: the text is compiled once to numbered parameters, and the names type the values.

export type SqlValue = string | number | null

/** A statement with its parameter names in order. One object per statement for the life of the process. */
export interface Statement<Name extends string = string> {
  /** SQL with `?1`, `?2`, …; a name that occurs twice has one number. */
  readonly text: string
  readonly names: readonly Name[]
}

export type Values<Name extends string> = { readonly [N in Name]: SqlValue }

/** sql`SELECT nid FROM users WHERE user_id = ${'userId'}` */
export const sql = <const Names extends readonly string[]>(
  parts: TemplateStringsArray,
  ...names: Names
): Statement<Names[number]> => {
  const distinct = [...new Set(names)]
  const text = parts.reduce((built, part, i) => `${built}?${distinct.indexOf(names[i - 1] ?? '') + 1}${part}`)
  return { text, names: distinct }
}
