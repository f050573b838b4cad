// The schema of a text that has known values but may have others: what servers say in answers, what old rooms contain.
import { Type } from 'typebox'
import type { TUnsafe } from 'typebox'

/** A string schema whose type suggests the known values and accepts any other. */
export const openEnum = <const Known extends readonly string[]>(
  ...known: Known
): TUnsafe<Known[number] | (string & {})> => Type.Unsafe({ type: 'string', examples: known })
