// The `ci` profile: its table speaks of every operation, once, and is what requests meet.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { clientServerGroups } from '@myelin/protocol/client-server/groups'
import type { EndpointDefinition } from '@myelin/protocol/endpoint'
import { serverServerGroups } from '@myelin/protocol/server-server/groups'
import { ciProfile } from './ci-profile.ts'
import { apiOf, profiles, rowOf } from './profile.ts'
import { routes } from './routes.ts'

const refused = (errcode: string) => (error: unknown) => {
  assert.equal((error as { errcode?: string }).errcode, errcode)
  return true
}

describe('the ci profile', () => {
  test('every operation of the client-server and the server-server API stands in one row, and nothing else does', () => {
    const definitions = [...Object.values(clientServerGroups), ...Object.values(serverServerGroups)].flatMap((group) =>
      Object.entries<object>(group).filter((each): each is [string, EndpointDefinition] => 'response' in each[1]),
    )
    const defined = definitions.map(([operation, definition]) => `${apiOf(definition)} ${operation}`)
    const listed = ciProfile
      .filter(({ api }) => api !== 'operator')
      .flatMap(({ api, operations }) => operations.map((operation) => `${api} ${operation}`))
    assert.deepEqual(
      defined.filter((each) => !listed.includes(each)),
      [],
    )
    assert.deepEqual(
      listed.filter((each, i) => !defined.includes(each) || listed.indexOf(each) !== i),
      [],
    )
  })

  test('every operation that is served stands in a row of packages/server/src/endpoints/ci-profile.ts', () => {
    const rows = new Set<object>(ciProfile)
    const unlisted = routes.filter(
      (route) => !route.definition.path.startsWith('/_myelin/admin/') && !rows.has(rowOf(route)),
    )
    assert.deepEqual(
      unlisted.map(({ operation }) => operation),
      [],
    )
  })

  test('a row that is open to nobody says what it answers', () => {
    for (const { openTo, refusal } of ciProfile) assert.equal(openTo === 'nobody', refusal !== undefined)
  })

  test('a new room is public, has an alias, and lets nobody speak unless the request says so', () => {
    const { newRoom } = profiles.ci
    assert.throws(() => newRoom({ room_alias_name: 'ci' }), refused('M_FORBIDDEN'))
    assert.throws(() => newRoom({ visibility: 'public', preset: 'private_chat' }), refused('M_FORBIDDEN'))
    assert.throws(() => newRoom({ visibility: 'public' }), refused('M_INVALID_ROOM_STATE'))
    const room = { visibility: 'public', room_alias_name: 'ci' } as const
    assert.deepEqual(newRoom(room), { ...room, power_level_content_override: { users_default: -1 } })
    const open = { ...room, power_level_content_override: { users_default: 0, ban: 100 } }
    assert.deepEqual(newRoom(open), open)
  })
})
