// User ids and server names: the grammar, and the history it has to live with.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isServerName, isUserId, serverNameOf } from './user-id.ts'

test('server names are hosts or IP literals, perhaps with a port', () => {
  for (const name of [
    'example.org',
    'localhost:8448',
    '1.2.3.4',
    '1.2.3.4:80',
    '[::1]',
    '[1234:5678::abcd]:5678',
    'A-b.C',
  ])
    assert.ok(isServerName(name), name)
  for (const name of ['', 'a b', 'a:', 'a:123456', 'ex_ample.org', '[::1', 'é.org', 'a/b'])
    assert.ok(!isServerName(name), name)
})

test('user ids may have any localpart, even none', () => {
  for (const id of ['@alice:example.org', '@:example.org', '@Ünicode!:a', '@a/b=c+d:a:80', '@ :a'])
    assert.ok(isUserId(id), id)
  for (const id of ['alice:a', '@alice', '@alice:', '@a\0b:a', '@\ud800:a', 7, null, ''])
    assert.ok(!isUserId(id), `${id}`)
})

test('the server name is what follows the first colon', () => {
  assert.equal(serverNameOf('@a:b:80'), 'b:80')
  assert.equal(serverNameOf('!hash'), '')
})
