// SQL as tagged templates: the text is compiled once to numbered parameters, and the names type the values.

export type SqlValue = string | number | null

/** A statement with its parameter names in order. One object per statement for the life of the process. */
export interface Statement<Name extends string = string> {
  /** SQL with `?1`, `?2`, …; a name that occurs twice has one number. */
  readonly text: string
  readonly names: readonly Name[]
}

export type Values<Name extends string> = { readonly [N in Name]: SqlValue }

/** A piece of SQL that several statements share, such as a list of columns. */
export interface Fragment {
  readonly sql: string
}

/** Makes a piece of SQL that can be put into a `sql` template. The text must be a constant of the program. */
export const fragment = (text: string): Fragment => ({ sql: text })

type NameOf<Part> = Part extends string ? Part : never

/** sql`SELECT nid FROM users WHERE user_id = ${'userId'}` */
export const sql = <const Parts extends readonly (string | Fragment)[]>(
  texts: TemplateStringsArray,
  ...parts: Parts
): Statement<NameOf<Parts[number]>> => {
  const names = [...new Set(parts.filter((part): part is NameOf<Parts[number]> => typeof part === 'string'))]
  const compiled = (part: string | Fragment): string =>
    typeof part === 'string' ? `?${names.findIndex((name) => name === part) + 1}` : part.sql
  const text = texts.reduce((built, next, i) => built + compiled(parts[i - 1] ?? '') + next)
  return { text, names }
}
