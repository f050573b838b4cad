// Room versions: which there are, and the rule numbers that follow from their features.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultRoomVersion, roomVersion, roomVersions } from './room-version.ts'

const numbers = (
  version: string,
  ...names: readonly (keyof NonNullable<ReturnType<typeof roomVersion>>['authRules'])[]
) => names.map((name) => roomVersion(version)?.authRules[name])

test('twelve versions are known and nothing else is', () => {
  assert.deepEqual(
    roomVersions.map(({ id }) => id),
    ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12'],
  )
  for (const id of ['0', '13', '01', '', 'toString', '__proto__']) assert.equal(roomVersion(id), undefined)
  assert.equal(roomVersion(defaultRoomVersion)?.id, '12')
})

test('rules are numbered as the pages of the versions number them', () => {
  const top = [
    'authEvents',
    'federate',
    'aliases',
    'member',
    'senderJoined',
    'thirdPartyInvite',
    'requiredLevel',
    'stateKey',
    'powerLevels',
  ] as const
  assert.deepEqual(numbers('1', ...top, 'redaction'), ['2', '3', '4', '5', '6', '7', '8', '9', '10', '11'])
  assert.deepEqual(numbers('3', ...top, 'redaction'), ['2', '3', '4', '5', '6', '7', '8', '9', '10', ''])
  assert.deepEqual(numbers('6', ...top), ['2', '3', '', '4', '5', '6', '7', '8', '9'])
  assert.deepEqual(numbers('11', ...top, 'roomIsCreate'), ['2', '3', '', '4', '5', '6', '7', '8', '9', ''])
  assert.deepEqual(numbers('12', ...top, 'roomIsCreate'), ['3', '4', '', '5', '6', '7', '8', '9', '10', '2'])
})

test('the lists under membership shift with knocking and restricted joins', () => {
  const lists = ['joinAuthorised', 'join', 'invite', 'leave', 'ban', 'knock', 'memberUnknown'] as const
  assert.deepEqual(numbers('5', ...lists), ['', '5.2', '5.3', '5.4', '5.5', '', '5.6'])
  assert.deepEqual(numbers('6', ...lists), ['', '4.2', '4.3', '4.4', '4.5', '', '4.6'])
  assert.deepEqual(numbers('7', ...lists), ['', '4.2', '4.3', '4.4', '4.5', '4.6', '4.7'])
  assert.deepEqual(numbers('8', ...lists), ['4.2', '4.3', '4.4', '4.5', '4.6', '4.7', '4.8'])
  assert.deepEqual(numbers('12', ...lists), ['5.2', '5.3', '5.4', '5.5', '5.6', '5.7', '5.8'])
  assert.deepEqual(numbers('7', 'joinRestricted', 'joinPublic', 'joinOtherwise'), ['', '4.2.5', '4.2.6'])
  assert.deepEqual(numbers('12', 'joinRestricted', 'joinPublic', 'joinOtherwise'), ['5.3.5', '5.3.6', '5.3.7'])
})

test('the list under power levels grows in versions 10 and 12', () => {
  const list = [
    'powerScalarTypes',
    'powerMapTypes',
    'powerUserTypes',
    'powerCreators',
    'powerFirst',
    'powerScalars',
    'powerNewUsers',
  ] as const
  assert.deepEqual(numbers('9', ...list), ['', '', '9.1', '', '9.2', '9.3', '9.7'])
  assert.deepEqual(numbers('10', ...list), ['9.1', '9.2', '9.3', '', '9.4', '9.5', '9.9'])
  assert.deepEqual(numbers('12', ...list), ['10.1', '10.2', '10.3', '10.4', '10.5', '10.6', '10.10'])
})
