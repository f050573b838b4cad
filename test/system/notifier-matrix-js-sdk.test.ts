// What a person with a real client sees of a pipeline: one message with its latest text, a thread of jobs, reactions.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createClient } from 'matrix-js-sdk'
import type { User } from './testing/api.ts'
import { notify } from './testing/notifier.ts'
import { TestServer } from './testing/server.ts'
import { quiet } from './testing/quiet-logger.ts'

describe('a pipeline in a real client', () => {
  let server: TestServer
  let alice: User

  before(async () => {
    server = await TestServer.start()
    alice = await server.user('alice')
  })
  after(() => server[Symbol.asyncDispose]())

  test('is one message with its latest text, its jobs in a thread and as reactions', async () => {
    const ci = await server.user('ci')
    const roomId = await ci.createRoom({ preset: 'public_chat' })
    await alice.join(roomId)
    const variables = {
      MYELIN_NOTIFY_HOMESERVER: server.baseUrl,
      MYELIN_NOTIFY_USER: 'ci',
      MYELIN_NOTIFY_PASSWORD: 'ci password',
    }
    const told = ['--room', roomId, '--key', 'build 1', '--name', 'Build', '--repository', '/']
    const jobs = ['--thread', '--react-jobs', '--job', 'lint', '--status']
    for (const words of [['start'], ['update', ...jobs, 'running'], ['update', ...jobs, 'passed'], ['finish']]) {
      const outcome = await notify(['status', ...words, ...told], { variables })
      assert.equal(outcome.code, 0, outcome.stderr + outcome.stdout)
    }

    const client = createClient({
      baseUrl: server.baseUrl,
      accessToken: alice.token,
      userId: alice.userId,
      logger: quiet,
    })
    const roots = (await client.createMessagesRequest(roomId, null, 100, 'b' as never)).chunk.filter(
      ({ type, content }) => type === 'm.room.message' && content['m.relates_to'] === undefined,
    )
    assert.equal(roots.length, 1)
    const rootId = roots[0]!.event_id
    const edits = await client.relations(roomId, rootId, 'm.replace', 'm.room.message')
    const [root] = edits.events.length > 0 ? [edits.originalEvent] : []
    root!.makeReplaced(edits.events[0])
    assert.match(root!.getContent()['body'], /^✅ Build passed.*\n✅ lint/)
    const reactions = await client.relations(roomId, rootId, 'm.annotation', 'm.reaction')
    assert.deepEqual(
      reactions.events.map((event) => event.getRelation()?.key),
      ['✅ lint'],
    )
    const thread = await client.relations(roomId, rootId, 'm.thread', 'm.room.message')
    assert.equal(thread.events.length, 1)
    client.stopClient()
  })
})
