// JSON as it arrives: parsed with a bound on nesting, so that what follows may recurse without fear.
import type { TSchema } from 'typebox'
import { MatrixError } from './errors.ts'
import { exactWhere, mayHoldExactNumbers, parseExactJson } from './exact-numbers.ts'

/**
 * Arrays and objects may nest this deep: a little more than the 1,000 levels of an event, which stands some levels deep in
 * what carries it. One that is nested deeper than others is dropped alone, and takes nothing with it that came along.
 */
export const jsonDepthMax = 1_010

/**
 * Parses JSON text; throws `M_NOT_JSON` for other text and `M_BAD_JSON` for text nested deeper than `jsonDepthMax`. With
 * the schema it is meant for, numbers keep their text in events between servers.
 */
export const parseJsonText = (text: string, schema?: TSchema): unknown => {
  if (isTooDeep(text)) throw new MatrixError('M_BAD_JSON', `JSON may not nest deeper than ${jsonDepthMax} levels`)
  try {
    return schema && mayHoldExactNumbers(text) ? exactWhere(schema, parseExactJson(text)) : JSON.parse(text)
  } catch (cause) {
    throw new MatrixError('M_NOT_JSON', 'The body is not JSON', { cause })
  }
}

const quote = 0x22
const backslash = 0x5c

/** Counts brackets outside strings. Only text with room for that many pairs of brackets is looked at. */
const isTooDeep = (text: string): boolean => {
  if (text.length <= 2 * jsonDepthMax) return false
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit === quote) {
      i = endOfString(text, i)
      if (i < 0) return false
    } else if ((unit | 0x20) === 0x7b) {
      if (++depth > jsonDepthMax) return true
    } else if ((unit | 0x20) === 0x7d) depth--
  }
  return false
}

/** Index of the quote that closes the string opened at `start`, or -1. */
const endOfString = (text: string, start: number): number => {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0
    while (text.charCodeAt(end - 1 - backslashes) === backslash) backslashes++
    if (backslashes % 2 === 0) return end
  }
  return -1
}
