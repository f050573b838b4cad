// Server ACLs: the order of the rules, ports, case and IP literals.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serverAcl } from './server-acl.ts'

const allows = (content: Parameters<typeof serverAcl>[0], server: string): boolean => serverAcl(content)(server)

test('without a list everybody is welcome', () => assert.ok(allows(undefined, 'evil.com')))

test('an empty list shuts everybody out', () => {
  assert.ok(!allows({}, 'good.com'))
  assert.ok(!allows({ allow: 'x' }, 'x'))
  assert.ok(!allows({ allow: [1, null] }, '1'))
})

test('deny goes before allow', () => {
  const list = { allow: ['*'], deny: ['evil.com', '*.evil.com'] }
  assert.ok(allows(list, 'good.com'))
  assert.ok(allows(list, 'notevil.com'))
  for (const server of ['evil.com', 'EVIL.com', 'very.evil.com', 'evil.com:8448', 'evil.com:'])
    assert.ok(!allows(list, server), server)
})

test('a question mark is one character', () => {
  assert.ok(allows({ allow: ['a?.com'] }, 'ab.com'))
  assert.ok(!allows({ allow: ['a?.com'] }, 'a.com'))
})

test('IP literals are shut out where asked', () => {
  for (const server of ['1.2.3.4', '1.2.3.4:80', '[::1]', '[::1]:80']) {
    assert.ok(!allows({ allow: ['*'], allow_ip_literals: false }, server))
    assert.ok(allows({ allow: ['*'], allow_ip_literals: 'no' }, server))
    assert.ok(allows({ allow: ['*'] }, server))
  }
  assert.ok(allows({ allow: ['*'], allow_ip_literals: false }, '1.2.3.4.example'))
})
