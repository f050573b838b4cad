// Globs: `*` is any run of characters, `?` exactly one. Matched piece by piece from left to right, so the time is bounded
// by the product of both lengths, whatever the pattern. https://spec.matrix.org/v1.19/appendices/#glob-style-matching

/** Characters of a pattern beyond which it matches nothing. */
export const globLengthMax = 1000

/** A pattern made ready: what lies between its stars, in lower case. */
export interface Glob {
  readonly pieces: readonly string[]
  /** Whether a piece holds `?`: only then are texts taken apart into characters. */
  readonly hasAny: boolean
}

/** Makes a pattern ready for matching, in which upper and lower case are one. */
export const compileGlob = (pattern: string): Glob => ({
  pieces: pattern.length > globLengthMax ? [] : pattern.toLowerCase().split(/\*+/),
  hasAny: pattern.includes('?'),
})

/** Whether the glob matches the whole of `text`. */
export const matchesWhole = (glob: Glob, text: string): boolean => {
  const [first] = glob.pieces
  if (glob.pieces.length === 1 && !glob.hasAny) return text.toLowerCase() === first // as nearly all are
  const chars = charactersOf(glob, text)
  return matches(glob, chars, { start: (at) => at === 0, end: (at) => at === chars.length })
}

/** Whether the glob matches a part of `text` that "starts and ends at a word boundary". */
export const matchesWords = (glob: Glob, text: string): boolean => {
  const chars = charactersOf(glob, text)
  const boundary = (at: number): boolean => isOutsideWord(chars[at - 1]) || isOutsideWord(chars[at])
  return matches(glob, chars, { start: boundary, end: boundary })
}

/** Whether the text contains `words` as they are, in any case, between word boundaries. */
export const containsWords = (words: string, text: string): boolean =>
  words !== '' && words.length <= globLengthMax && matchesWords({ pieces: [words.toLowerCase()], hasAny: false }, text)

type Characters = string | readonly string[]

const charactersOf = ({ hasAny }: Glob, text: string): Characters =>
  hasAny ? [...text.toLowerCase()] : text.toLowerCase()

/** "A word boundary is defined as the start or end of the value, or any character not in the sets [A-Z], [a-z], [0-9] or _." */
const isOutsideWord = (character: string | undefined): boolean =>
  character === undefined || !/^[a-z0-9_]$/.test(character)

interface Ends {
  start(at: number): boolean
  end(at: number): boolean
}

/**
 * Takes the leftmost place for each piece, which leaves the most for the next: the first has to start where `ends` allows,
 * the last to end there. A star at an end of the pattern reaches the end of the text.
 */
const matches = ({ pieces, hasAny }: Glob, text: Characters, ends: Ends): boolean => {
  if (pieces.length === 0) return false
  const last = pieces.length - 1
  let from = 0
  for (const [index, piece] of pieces.entries()) {
    const wanted = hasAny ? [...piece] : piece
    if (wanted.length === 0 && (index > 0 || last > 0)) continue
    const isAccepted = (at: number): boolean =>
      (index > 0 || ends.start(at)) && (index < last || ends.end(at + wanted.length))
    const at = find(wanted, text, { from, isAccepted })
    if (at < 0) return false
    from = at + wanted.length
  }
  return true
}

const find = (
  wanted: Characters,
  text: Characters,
  { from, isAccepted }: { readonly from: number; readonly isAccepted: (at: number) => boolean },
): number => {
  for (let at = from; at + wanted.length <= text.length; at++) {
    if (typeof text === 'string' && typeof wanted === 'string') {
      at = text.indexOf(wanted, at)
      if (at < 0) return -1
      if (isAccepted(at)) return at
    } else if (isAccepted(at) && isAt(wanted, text, at)) return at
  }
  return -1
}

const isAt = (wanted: Characters, text: Characters, at: number): boolean => {
  for (let offset = 0; offset < wanted.length; offset++) {
    if (wanted[offset] !== '?' && wanted[offset] !== text[at + offset]) return false
  }
  return true
}
