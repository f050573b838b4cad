// What conformance says about a specification of two operations, one of which the library has no definition for.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

const folder = mkdtempSync(join(tmpdir(), 'myelin-conformance-'))
after(() => rmSync(folder, { recursive: true }))

const emptyFolders = [
  ...[
    'server-server/definitions/event-schemas',
    'application-service',
    'identity',
    'push-gateway',
    'client-server',
  ].map((api) => `data/api/${api}`),
  ...['schema', 'examples'].map((kind) => `data/event-schemas/${kind}`),
]
for (const each of emptyFolders) mkdirSync(join(folder, each), { recursive: true })

const operation = (operationId: string, example: string) => ({
  operationId,
  security: [{ accessTokenBearer: [] }],
  requestBody: {
    content: {
      'application/json': {
        schema: { type: 'object', required: ['user_id', 'why'], properties: { user_id: { type: 'string', example } } },
      },
    },
  },
  parameters: [{ in: 'path', name: 'roomId', required: true, schema: { type: 'string' } }],
  responses: { 200: { content: { 'application/json': { schema: { type: 'object' } } } } },
})
writeFileSync(
  join(folder, 'data/api/client-server/kicking.yaml'),
  JSON.stringify({
    servers: [{ variables: { basePath: { default: '/_matrix/client/v3' } } }],
    paths: {
      '/rooms/{roomId}/kick': { post: operation('kick', 'nobody') },
      '/rooms/{roomId}/nudge': { post: operation('nudge', '@alice:example.org') },
    },
  }),
)

const conformance = (specification: string) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'conformance.ts')], {
    env: { ...process.env, MATRIX_SPEC: specification },
    encoding: 'utf8',
  })
  return { status, stdout, stderr, lines: stdout.trimEnd().split('\n') }
}

test('a missing definition, a missing member and an example that does not fit are told and fail the run', () => {
  const { status, lines } = conformance(folder)
  assert.equal(status, 1)
  assert.ok(lines.includes('differs: client-server nudge: has no definition in client-server/kicking.ts'))
  assert.ok(lines.includes('differs: client-server kick body: why is missing'))
  assert.ok(lines.includes('differs: client-server kick body.user_id: an example does not fit: $ must be a user ID'))
  assert.match(lines.at(-1) ?? '', /^\d+ passed, \d+ failed$/)
})

test('deliberate differences that are none any more are told', () => {
  const { lines } = conformance(folder)
  assert.ok(lines.some((line) => line.startsWith('a difference that is none (differences.ts): ')))
})

test('without a specification the run fails and says so', () => {
  const { status, stderr, lines } = conformance(join(folder, 'nowhere'))
  assert.equal(status, 1)
  assert.match(stderr, /There is no specification at .*nowhere/)
  assert.equal(lines.at(-1), '0 passed, 1 failed')
})
