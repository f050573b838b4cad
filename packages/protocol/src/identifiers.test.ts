// Identifier grammars: what is new, what history left behind, and what is refused.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as ids from './identifiers.ts'

const long = (bytes: number): string => 'x'.repeat(bytes)

test('a server name is a DNS name, an IPv4 or a bracketed IPv6 address, with an optional port', () => {
  for (const name of [
    'matrix.org',
    'matrix.org:8888',
    '1.2.3.4',
    '1.2.3.4:1234',
    '[1234:5678::abcd]',
    '[::1]:5678',
    'hs1',
  ])
    assert.ok(ids.isServerName(name), name)
  for (const name of [
    '',
    'a b',
    'a/b',
    'exa_mple',
    'host:',
    'host:123456',
    'host:70000',
    '[::1',
    '::1',
    'a:b:1',
    `a.${long(254)}`,
  ])
    assert.ok(!ids.isServerName(name), name)
  assert.deepEqual(ids.parseServerName('[::1]:5678'), { host: '[::1]', port: 5678, isIpv6: true })
})

test('a user ID is split at its first colon, so that servers may have ports', () => {
  assert.deepEqual(ids.parseUserId('@alice:example.org:8448'), { localpart: 'alice', serverName: 'example.org:8448' })
})

test('historical user IDs are accepted: upper case, Unicode, other punctuation, the empty localpart', () => {
  for (const id of ['@Alice:a.b', '@älice:a.b', '@!#$%:a.b', '@:a.b', '@a/b+c=d-e:a.b', '@🐈:a.b'])
    assert.ok(ids.isUserId(id), id)
})

test('a user ID needs its sigil, a server, at most 255 bytes, and holds neither NUL nor lone surrogates', () => {
  const edge = `@${long(250)}:a.b`
  assert.ok(ids.isUserId(edge))
  for (const id of [
    'alice:a.b',
    '@alice',
    '@alice:',
    '@a\0b:a.b',
    '@\ud800:a.b',
    `@x${edge.slice(1)}`,
    `@${'é'.repeat(126)}:a.b`,
    '',
    '@',
  ])
    assert.ok(!ids.isUserId(id), id)
})

test('new users have lower-case localparts that are not empty', () => {
  assert.ok(ids.isNewUserId('@a.b_c=d-e/f+g0:a.b'))
  for (const id of ['@Alice:a.b', '@:a.b', '@ä:a.b', '@a b:a.b']) assert.ok(!ids.isNewUserId(id), id)
})

test('a room ID has a domain up to room version 11 and is a hash from room version 12 on', () => {
  for (const id of ['!abc:example.org', '!🐈:a.b', `!${long(43)}`]) assert.ok(ids.isRoomId(id), id)
  for (const id of [`!${long(42)}`, `!${long(44)}`, '!abc', '#abc:a.b', '!a\0:a.b', `!${long(42)}=`])
    assert.ok(!ids.isRoomId(id), id)
})

test('room IDs and aliases are told apart by their sigil', () => {
  assert.ok(ids.isRoomIdOrAlias('#a:b.c'))
  assert.ok(ids.isRoomIdOrAlias('!a:b.c'))
  assert.ok(!ids.isRoomIdOrAlias('@a:b.c'))
  assert.deepEqual(ids.parseRoomAlias('#room name:b.c'), { localpart: 'room name', serverName: 'b.c' })
})

test('event IDs of every room version are accepted as opaque', () => {
  for (const id of ['$1:a.b', `$${'/+'.repeat(21)}x`, `$${long(43)}`]) assert.ok(ids.isEventId(id), id)
  for (const id of ['$', 'x', `$${long(255)}`, '$a\0']) assert.ok(!ids.isEventId(id), id)
})

test('content URIs that could leave their directory are refused', () => {
  assert.deepEqual(ids.parseMxc('mxc://a.b:80/Ab_-9'), { serverName: 'a.b:80', mediaId: 'Ab_-9' })
  for (const uri of ['mxc://a.b/', 'mxc://a.b/../x', 'mxc://a.b/a/b', 'mxc://a_b/x', 'http://a.b/x', 'mxc://a.b/a.png'])
    assert.equal(ids.parseMxc(uri), undefined, uri)
})

test('the server of an identifier is what follows the first colon', () => {
  assert.equal(ids.serverNameOf('@a:b.c:80'), 'b.c:80')
  assert.equal(ids.serverNameOf('#a:[::1]'), '[::1]')
  assert.equal(ids.serverNameOf(`!${long(43)}`), undefined)
})

test('key IDs name an algorithm and a key', () => {
  assert.deepEqual(ids.parseKeyId('ed25519:auto'), { algorithm: 'ed25519', name: 'auto' })
  for (const id of ['ed25519', 'ed25519:', ':x']) assert.ok(!ids.isKeyId(id), id)
})

test('bytes are counted as UTF-8 does', () => {
  for (const text of ['', 'abc', 'é', '€', '🐈', 'a€🐈é'])
    assert.equal(ids.utf8Length(text), new TextEncoder().encode(text).length, text)
})
