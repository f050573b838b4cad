// Finds the top-level values of a JSON object without parsing it, so that stored event text can be cut and spliced.

/** Where each top-level value of a JSON object stands in its text: `[start, end)` in UTF-16 units. */
export type Slices = ReadonlyMap<string, readonly [start: number, end: number]>

/** Top-level values of canonical JSON text (valid, without white space). */
export function jsonSlices(text: string): Slices {
  const slices = new Map<string, readonly [number, number]>()
  let at = 1
  while (at < text.length && text.charCodeAt(at) === quote) {
    const keyEnd = stringEnd(text, at)
    const start = keyEnd + 1
    const end = valueEnd(text, start)
    slices.set(JSON.parse(text.slice(at, keyEnd)), [start, end])
    at = end + 1
  }
  return slices
}

const quote = 0x22
const backslash = 0x5c

/** The index after the closing quote of the string that opens at `start`. */
function stringEnd(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let escapes = 0
    while (text.charCodeAt(end - 1 - escapes) === backslash) escapes++
    if (escapes % 2 === 0) return end + 1
  }
  return text.length
}

function valueEnd(text: string, start: number): number {
  const first = text[start]
  if (first === '"') return stringEnd(text, start)
  if (first === '{' || first === '[') return bracketEnd(text, start)
  let end = start
  while (end < text.length && text[end] !== ',' && text[end] !== '}') end++
  return end
}

function bracketEnd(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const character = text[at]
    if (character === '"') at = stringEnd(text, at) - 1
    else if (character === '{' || character === '[') depth++
    else if ((character === '}' || character === ']') && --depth === 0) return at + 1
  }
  return text.length
}
