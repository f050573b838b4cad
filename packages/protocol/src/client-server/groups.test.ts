// The list of client-server endpoints is complete and free of contradictions.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { EndpointDefinition } from '../endpoint.ts'
import { clientServerGroups } from './groups.ts'
import { unstableGroups } from './unstable/groups.ts'

type Groups = Readonly<Record<string, object>>

const isEndpoint = (value: unknown): value is EndpointDefinition =>
  typeof value === 'object' && value !== null && 'method' in value && 'path' in value

const endpointsOf = (groups: Groups) =>
  Object.values(groups).flatMap((group) =>
    Object.entries<unknown>({ ...group }).flatMap(([name, value]) =>
      isEndpoint(value) ? [[name, value] as const] : [],
    ),
  )

const stable = endpointsOf(clientServerGroups)
const endpoints = [...stable, ...endpointsOf(unstableGroups)]
const filesIn = (folder: string) =>
  readdirSync(join(import.meta.dirname, folder))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => name.slice(0, -'.ts'.length))

describe('the list', () => {
  test('holds every file of endpoints', () => {
    assert.deepEqual(
      Object.keys(clientServerGroups).toSorted(),
      filesIn('.')
        .filter((name) => name !== 'groups')
        .toSorted(),
    )
    const withoutEndpoints = new Set(['groups', 'sliding_sync_extensions'])
    assert.deepEqual(
      Object.keys(unstableGroups).toSorted(),
      filesIn('unstable')
        .filter((name) => !withoutEndpoints.has(name))
        .toSorted(),
    )
  })

  test('holds the 166 operations of the specification', () => {
    assert.equal(stable.length, 166)
  })

  test('has no method and path twice, except where one endpoint routes another', () => {
    const routed = endpoints.filter(([, { routedBy }]) => routedBy === undefined)
    const routes = routed.map(([, { method, path }]) => `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`)
    assert.deepEqual(routes, [...new Set(routes)])
    for (const [name, { routedBy, method, path }] of endpoints) {
      const by = routed.find(([other]) => other === routedBy)?.[1]
      if (routedBy !== undefined) assert.deepEqual([by?.method, by?.path], [method, path], name)
    }
  })
})

describe('an endpoint', () => {
  test('has schemas only for parameters that are in its path', () => {
    for (const [name, { path, pathParameters }] of endpoints)
      for (const parameter of Object.keys(pathParameters ?? {})) assert.ok(path.includes(`{${parameter}}`), name)
  })

  test('with a body is no GET', () => {
    for (const [name, { method, body, bytesBody }] of endpoints)
      if (method === 'GET') assert.ok(body === undefined && bytesBody === undefined, name)
  })

  test('with user-interactive authentication takes the auth data in its body', () => {
    for (const [name, { interactiveAuth, body }] of endpoints)
      if (interactiveAuth) assert.ok(body && 'properties' in body && 'auth' in Object(body.properties), name)
  })

  test('of the specification links to it', () => {
    for (const file of Object.keys(clientServerGroups)) {
      const text = readFileSync(join(import.meta.dirname, `${file}.ts`), 'utf8')
      const definitions = text.match(/= endpoint\(\{/g)?.length
      const links = text.match(
        /https:\/\/spec\.matrix\.org\/v1\.19\/client-server-api\/#(get|post|put|delete)/g,
      )?.length
      assert.equal(links, definitions, file)
    }
  })
})
