// SQL templates: names become numbered parameters, fragments become text.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fragment, sql } from './sql.ts'

test('a name that occurs twice has one number, in the order of first occurrence', () => {
  const statement = sql`SELECT ${'b'}, ${'a'}, ${'b'}`
  assert.deepEqual(statement, { text: 'SELECT ?1, ?2, ?1', names: ['b', 'a'] })
})

test('a fragment is part of the text and takes no number', () => {
  const columns = fragment('nid, json')
  const statement = sql`SELECT ${columns} FROM events WHERE nid = ${'nid'} AND ${fragment('true')}`
  assert.deepEqual(statement, { text: 'SELECT nid, json FROM events WHERE nid = ?1 AND true', names: ['nid'] })
})

test('a statement without parameters is its text', () => {
  assert.deepEqual(sql`SELECT 1`, { text: 'SELECT 1', names: [] })
})
