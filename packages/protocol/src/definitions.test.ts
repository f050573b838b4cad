// All definitions together: they can be routed side by side, and say nothing that cannot be true.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { applicationServiceGroups } from './application-service/groups.ts'
import { clientServerGroups } from './client-server/groups.ts'
import { unstableGroups } from './client-server/unstable/groups.ts'
import type { EndpointDefinition } from './endpoint.ts'
import { MatrixError } from './errors.ts'
import * as fallback from './fallback/fallback.ts'
import { identityGroups } from './identity/groups.ts'
import * as oauth from './oauth/oauth.ts'
import { pushGatewayGroups } from './push-gateway/groups.ts'
import { createRouter } from './router.ts'
import { serverServerGroups } from './server-server/groups.ts'

interface Named {
  readonly name: string
  readonly definition: EndpointDefinition
}

const isDefinition = (value: unknown): value is EndpointDefinition =>
  typeof value === 'object' && value !== null && 'method' in value && 'path' in value && 'response' in value

const endpointsOf = (groups: Readonly<Record<string, object>>): readonly Named[] =>
  Object.values(groups)
    .flatMap((group) => Object.entries(group))
    .flatMap(([name, definition]) => (isDefinition(definition) ? [{ name, definition }] : []))

const homeserver = endpointsOf({ ...clientServerGroups, ...unstableGroups, ...serverServerGroups, oauth, fallback })
const apis = [homeserver, ...[applicationServiceGroups, identityGroups, pushGatewayGroups].map(endpointsOf)]
const router = createRouter(homeserver)

test('the endpoints of each kind of server can be routed together', () => {
  for (const api of apis) assert.ok(createRouter(api))
})

test('every endpoint is found by its own path', () => {
  for (const { name, definition } of homeserver) {
    const match = router.match(definition.method, definition.path.replaceAll(/\{[^}]+\}/g, 'x'))
    assert.ok(match && 'entry' in match, definition.path)
    const found = match.entry
    assert.ok(
      found.name === name || found.name === definition.routedBy || found.definition.path !== definition.path,
      name,
    )
  }
})

test('schemas of path parameters name parameters of the path', () => {
  for (const { name, definition } of apis.flat())
    for (const parameter of Object.keys(definition.pathParameters ?? {}))
      assert.ok(definition.path.includes(`{${parameter}}`), `${name} ${parameter}`)
})

test('what is read has no body', () => {
  for (const { name, definition } of apis.flat())
    if (definition.method === 'GET') assert.ok(!definition.body && !definition.bytesBody, name)
})

test('a definition that another one routes names one with the same method and path', () => {
  for (const { definition } of apis.flat()) {
    if (definition.routedBy === undefined) continue
    const router = apis.flat().find(({ name }) => name === definition.routedBy)
    assert.deepEqual([router?.definition.method, router?.definition.path], [definition.method, definition.path])
  }
})

test('whatever the path, the router answers or says M_INVALID_PARAM', () => {
  const segment = fc.oneof(
    fc.constantFrom('_matrix', 'client', 'v3', 'rooms', 'state', '', '%', '%2F', '..'),
    fc.string(),
  )
  fc.assert(
    fc.property(
      fc.constantFrom('GET', 'PUT', 'HEAD', 'PATCH', ''),
      fc.array(segment, { maxLength: 12 }),
      (method, segments) => {
        try {
          router.match(method, `/${segments.join('/')}`)
        } catch (error) {
          assert.ok(error instanceof MatrixError && error.errcode === 'M_INVALID_PARAM')
        }
      },
    ),
  )
})
