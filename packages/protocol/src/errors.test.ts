// Errors: the status they travel with, their body, and the fields some codes promise.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldsOf } from './error-fields.ts'
import { MatrixError } from './errors.ts'

test('the status follows from the code unless it is given', () => {
  assert.equal(new MatrixError('M_FORBIDDEN', 'No').status, 403)
  assert.equal(new MatrixError('M_FORBIDDEN', 'No', { status: 401 }).status, 401)
  assert.equal(new MatrixError('ORG.EXAMPLE.CODE', 'No').status, 400)
  assert.equal(new MatrixError('constructor', 'No').status, 400)
})

test('the body has code, words and further fields, and the fields cannot hide the code', () => {
  const error = new MatrixError('M_LIMIT_EXCEEDED', 'Slow down', { fields: { retry_after_ms: 5, errcode: 'M_X' } })
  assert.equal(JSON.stringify(error), '{"retry_after_ms":5,"errcode":"M_LIMIT_EXCEEDED","error":"Slow down"}')
})

test('the fields a code promises are typed, and absent for other codes and for servers that break the promise', () => {
  const limit = new MatrixError('M_USER_LIMIT_EXCEEDED', 'Full', { fields: { info_uri: 'https://a.b' } })
  assert.equal(fieldsOf(limit, 'M_USER_LIMIT_EXCEEDED')?.info_uri, 'https://a.b')
  assert.equal(fieldsOf(limit, 'M_UNKNOWN_TOKEN'), undefined)
  assert.equal(fieldsOf(new MatrixError('M_USER_LIMIT_EXCEEDED', 'Full'), 'M_USER_LIMIT_EXCEEDED'), undefined)
})
