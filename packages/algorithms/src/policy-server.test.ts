// Policy servers: when a room names one, and whose signature counts.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeBase64 } from './base64.ts'
import { isExemptFromPolicy, isSignedByPolicyServer, policyServerKeyId, policyServerOf } from './policy-server.ts'
import { roomVersion } from './room-version.ts'
import { addEventSignature, signEvent, signingKeyFromSeed } from './signatures.ts'

const rules = roomVersion('12') ?? assert.fail()
const policyKey = signingKeyFromSeed(policyServerKeyId, Buffer.alloc(32, 4))
const ed25519 = encodeBase64(policyKey.publicKey)

test('a policy server is named by via and a public key', () => {
  assert.equal(policyServerOf({ via: 'p.example', public_keys: { ed25519 } })?.via, 'p.example')
  for (const content of [
    undefined,
    {},
    { via: 'p' },
    { via: 1, public_keys: { ed25519 } },
    { via: 'p', public_keys: {} },
    { via: 'p', public_keys: { ed25519: 1 } },
  ]) {
    assert.equal(policyServerOf(content), undefined)
  }
})

test('its signature stands beside the others, by the key that the room names', () => {
  const event = { type: 'x', sender: '@a:b', content: { body: 'x' }, room_id: '!r' }
  const ordinary = signEvent(event, rules, {
    serverName: 'b',
    key: signingKeyFromSeed('ed25519:1', Buffer.alloc(32, 1)),
  })
  const recommended = addEventSignature(ordinary, rules, { serverName: 'p.example', key: policyKey })
  const server = policyServerOf({ via: 'p.example', public_keys: { ed25519 } }) ?? assert.fail()
  assert.ok(isSignedByPolicyServer(recommended, rules, server))
  assert.ok(!isSignedByPolicyServer(ordinary, rules, server))
  assert.ok(!isSignedByPolicyServer({ ...recommended, type: 'y' }, rules, server))
  assert.ok(!isSignedByPolicyServer(recommended, rules, { ...server, via: 'b' }))
  assert.ok(
    !isSignedByPolicyServer(
      recommended,
      rules,
      policyServerOf({ via: 'p.example', public_keys: { ed25519: '!' } }) ?? assert.fail(),
    ),
  )
})

test('only the state that names it goes unsigned', () => {
  assert.ok(isExemptFromPolicy({ type: 'm.room.policy', stateKey: '' }))
  assert.ok(!isExemptFromPolicy({ type: 'm.room.policy', stateKey: 'x' }))
  assert.ok(!isExemptFromPolicy({ type: 'm.room.policy' }))
  assert.ok(!isExemptFromPolicy({ type: 'm.room.topic', stateKey: '' }))
})
