// Reads a long JSON object as its bytes arrive: the members of its lists one by one, so that nobody ever holds all of it.
// Only where values begin and end is looked at here; what is in them is parsed by whoever takes them.
import { GatheredBytes } from '../http/gathered-bytes.ts'

/** A value of the object: an element of the list at `key`, or the whole value where `key` holds no list. */
export interface StreamedValue {
  readonly key: string
  readonly isElement: boolean
  /** JSON, as far as its brackets tell. */
  readonly text: string
}

export interface JsonStreamOptions {
  /** Members whose lists are read element by element. */
  readonly lists: ReadonlySet<string>
  /** Members that are read whole. All others are skipped. */
  readonly values: Pick<ReadonlySet<string>, 'has'>
  /** Bytes of one value at most. */
  readonly valueBytesMax: number
  /** A longer one is skipped, where it is no error. */
  readonly isLongLeftOut?: boolean
}

/** What arrived is no such object, or a value in it is too long. */
export class JsonStreamError extends Error {
  override readonly name = 'JsonStreamError'
}

const byte = {
  quote: 0x22,
  comma: 0x2c,
  colon: 0x3a,
  backslash: 0x5c,
  opening: 0x7b,
  closing: 0x7d,
  list: 0x5b,
  end: 0x5d,
}

type Place =
  | 'start'
  | 'key or end'
  | 'key'
  | 'colon'
  | 'value'
  | 'after value'
  | 'element or end'
  | 'element'
  | 'after element'
  | 'done'

export class JsonStream {
  readonly #options: JsonStreamOptions
  /** Members with lists that have begun. */
  readonly begun = new Set<string>()
  #place: Place = 'start'
  /** What the value being read is for once it ends. */
  #purpose: 'key' | 'value' | 'element' = 'key'
  #key = ''
  #isReading = false
  #isKept = true
  #kind: 'text' | 'nested' | 'plain' = 'plain'
  #depth = 0
  #isInText = false
  #isEscaped = false
  #bytes = new GatheredBytes()

  constructor(options: JsonStreamOptions) {
    this.#options = options
  }

  /** The values that end within these bytes. Throws JsonStreamError. */
  *push(chunk: Uint8Array): Generator<StreamedValue, void> {
    let from = 0
    for (let at = 0; at < chunk.length;) {
      if (!this.#isReading) {
        const code = chunk[at]!
        if (isSpace(code)) at++
        else if (this.#begins(code)) from = at
        else {
          this.#punctuation(code)
          at++
        }
        continue
      }
      const end = this.#endIn(chunk, at)
      this.#keep(chunk, from, end < 0 ? chunk.length : end)
      if (end < 0) return
      at = end
      const value = this.#ended()
      if (value) yield value
    }
  }

  /** Throws JsonStreamError unless the object has ended. */
  finish(): void {
    if (this.#place !== 'done') throw new JsonStreamError('it ends too early')
  }

  /** Whether a value begins with this byte; then it is being read from there on. */
  #begins(code: number): boolean {
    const place = this.#place
    const isKey = place === 'key' || place === 'key or end'
    const isElement = place === 'element' || place === 'element or end'
    if (!isKey && !isElement && place !== 'value') return false
    if (code === byte.closing || code === byte.end) return false
    if (isKey && code !== byte.quote) throw new JsonStreamError('it is no JSON object')
    if (place === 'value' && code === byte.list && this.#options.lists.has(this.#key)) return false
    this.#purpose = isKey ? 'key' : isElement ? 'element' : 'value'
    this.#isKept = this.#purpose !== 'value' || this.#options.values.has(this.#key)
    this.#kind = code === byte.quote ? 'text' : code === byte.opening || code === byte.list ? 'nested' : 'plain'
    this.#isReading = true
    this.#isInText = false
    this.#isEscaped = false
    this.#depth = 0
    return true
  }

  #punctuation(code: number): void {
    const next = following[this.#place]?.[code]
    if (next === undefined) throw new JsonStreamError('it is no JSON object')
    if (this.#place === 'value') this.begun.add(this.#key)
    this.#place = next
  }

  /** Where the value ends: the index after its last byte, or -1 when that is still to come. */
  #endIn(chunk: Uint8Array, start: number): number {
    let at = start
    while (at < chunk.length) {
      if (this.#isInText) {
        at = this.#endOfText(chunk, at)
        if (this.#isInText) return -1
        if (this.#kind === 'text') return at
        continue
      }
      const code = chunk[at]!
      if (code === byte.quote && this.#kind !== 'plain') this.#isInText = true
      else if (this.#kind === 'plain') {
        if (isSpace(code) || code === byte.comma || code === byte.closing || code === byte.end) return at
      } else if ((code | 0x20) === byte.opening) this.#depth++
      else if ((code | 0x20) === byte.closing && --this.#depth === 0) return at + 1
      at++
    }
    return -1
  }

  /** The index after the quote that ends a text, or the end of the chunk. */
  #endOfText(chunk: Uint8Array, start: number): number {
    for (let at = start; at < chunk.length; at++) {
      if (this.#isEscaped) this.#isEscaped = false
      else if (chunk[at] === byte.backslash) this.#isEscaped = true
      else if (chunk[at] === byte.quote) {
        this.#isInText = false
        return at + 1
      }
    }
    return chunk.length
  }

  #keep(chunk: Uint8Array, from: number, end: number): void {
    if (!this.#isKept) return
    if (this.#bytes.length + end - from <= this.#options.valueBytesMax)
      return this.#bytes.add(chunk.subarray(from, end))
    if (!this.#options.isLongLeftOut || this.#purpose === 'key') throw new JsonStreamError('a value in it is too long')
    this.#isKept = false
  }

  #ended(): StreamedValue | undefined {
    const text = this.#isKept ? this.#bytes.whole().toString() : ''
    this.#bytes = new GatheredBytes()
    this.#isReading = false
    if (this.#purpose === 'key') {
      this.#key = keyIn(text)
      this.#place = 'colon'
      return undefined
    }
    const isElement = this.#purpose === 'element'
    this.#place = isElement ? 'after element' : 'after value'
    return this.#isKept ? { key: this.#key, isElement, text } : undefined
  }
}

/** Where a byte that is part of no value leads. */
const following: Readonly<Partial<Record<Place, Readonly<Record<number, Place>>>>> = {
  start: { [byte.opening]: 'key or end' },
  'key or end': { [byte.closing]: 'done' },
  colon: { [byte.colon]: 'value' },
  value: { [byte.list]: 'element or end' },
  'after value': { [byte.comma]: 'key', [byte.closing]: 'done' },
  'element or end': { [byte.end]: 'after value' },
  'after element': { [byte.comma]: 'element', [byte.end]: 'after value' },
}

const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09

function keyIn(text: string): string {
  try {
    return String(JSON.parse(text))
  } catch (cause) {
    throw new JsonStreamError('it is no JSON object', { cause })
  }
}
