// What answers look like that are written as they are read, and that they are read no faster than they are taken.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Raw } from '@myelin/protocol/handlers'
import { streamedJson, streamedList } from './streamed-json.ts'

async function* texts(...values: readonly string[]): AsyncGenerator<string, void> {
  yield* values
}

const chunksOf = ({ response: { body } }: Raw): AsyncIterable<Uint8Array> => {
  assert.ok(typeof body === 'object' && Symbol.asyncIterator in body)
  return body
}

const textOf = async (answer: Raw): Promise<string> => Buffer.concat(await Array.fromAsync(chunksOf(answer))).toString()

test('objects and lists are those of their parts', async () => {
  assert.equal(await textOf(streamedList(texts())), '[]')
  assert.equal(await textOf(streamedList(texts('1', '{"é":2}'))), '[1,{"é":2}]')
  assert.equal(await textOf(streamedJson([])), '{}')
  const members = [['a', texts('1', '2')] as const, ['b', 'true'] as const, ['c', texts()] as const]
  assert.equal(await textOf(streamedJson(members)), '{"a":[1,2],"b":true,"c":[]}')
})

test('of a long list nothing is read far beyond what was taken', async () => {
  let read = 0
  async function* long(): AsyncGenerator<string, void> {
    for (; read < 1000; read++) yield `"${'x'.repeat(1000)}"`
  }
  for await (const _ of chunksOf(streamedList(long()))) break
  assert.ok(read > 0 && read < 500, `${read} of 1000 were read`)
})
