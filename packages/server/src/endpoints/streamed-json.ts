// Long JSON as an answer: its lists are written as they are read, as fast as the other side takes them.
import { Raw } from '@myelin/protocol/handlers'

/** A member: JSON text, or the JSON texts of a list. */
export type StreamedMember = readonly [key: string, value: string | AsyncIterable<string>]

const pieceCharacters = 64 * 1024

/** An object with these members. */
export const streamedJson = (members: readonly StreamedMember[]): Raw => streamed(texts(members))

/** A list of these JSON texts. */
export const streamedList = (values: AsyncIterable<string>): Raw => streamed(list(values))

const streamed = (parts: AsyncIterable<string>): Raw =>
  new Raw({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: ReadableStream.from(encoded(parts)),
  })

/** Small texts go together into one piece. */
async function* encoded(parts: AsyncIterable<string>): AsyncGenerator<Uint8Array, void> {
  let text = ''
  for await (const next of parts) {
    text += next
    if (text.length < pieceCharacters) continue
    yield Buffer.from(text)
    text = ''
  }
  yield Buffer.from(text)
}

async function* texts(members: readonly StreamedMember[]): AsyncGenerator<string, void> {
  let isFirst = true
  for (const [key, value] of members) {
    yield `${isFirst ? '{' : ','}${JSON.stringify(key)}:`
    isFirst = false
    if (typeof value === 'string') yield value
    else yield* list(value)
  }
  yield isFirst ? '{}' : '}'
}

async function* list(values: AsyncIterable<string>): AsyncGenerator<string, void> {
  let opening = '['
  for await (const value of values) {
    yield opening + value
    opening = ','
  }
  yield opening === '[' ? '[]' : ']'
}
