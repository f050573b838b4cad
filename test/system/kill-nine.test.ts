// What was acknowledged survives `kill -9`, and a sync token from before the kill still works.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { User } from './testing/api.ts'
import { ServerProcess } from './testing/server.ts'

const kills = 20
const senders = 64
const acknowledgedBeforeKill = 200

/** Sends as fast as it can until the server is gone; records what was acknowledged. */
async function sendUntilGone(
  user: User,
  { roomId, round, acknowledged }: { roomId: string; round: number; acknowledged: string[] },
) {
  for (let n = 0; ; n++) {
    const eventId = await user.say(roomId, `${round} ${n}`, `${round}-${n}`).catch(() => undefined)
    if (eventId === undefined) return
    acknowledged.push(eventId)
  }
}

interface Caught {
  readonly eventIds: readonly string[]
  readonly nextBatch: string
}

/** The room's events since a token as a client gets them: the sync, and the gap before it where there is one. */
async function catchUp(user: User, roomId: string, since: string): Promise<Caught> {
  const filter = JSON.stringify({ room: { timeline: { limit: 100 } } })
  const { rooms, next_batch } = await user.sync({ since, filter, timeout: '0' })
  const timeline = rooms?.join?.[roomId]?.timeline
  const events = [...(timeline?.events ?? [])]
  for (let from = timeline?.limited ? timeline.prev_batch : undefined; from !== undefined;) {
    const query = new URLSearchParams({ dir: 'b', limit: '1000', from, to: since })
    const page = await user.get(`/rooms/${encodeURIComponent(roomId)}/messages?${query}`)
    events.unshift(...page.chunk.toReversed())
    from = page.chunk.length === 0 ? undefined : page.end
  }
  return { eventIds: events.map(({ event_id }) => event_id), nextBatch: next_batch }
}

test('20 kills in the middle of 64 concurrent senders lose nothing that was acknowledged', async () => {
  await using server = await ServerProcess.start()
  const users: User[] = []
  for (let n = 0; n < senders; n++) users.push(await User.register(server.baseUrl, `sender${n}`))
  const reader = users[0]!
  const roomId = await reader.createRoom({ preset: 'public_chat' })
  await Promise.all(users.slice(1).map((user) => user.join(roomId)))
  const all: string[][] = []
  const synced: string[] = []
  let { next_batch: since } = await reader.sync()
  for (let round = 0; round < kills; round++) {
    const acknowledged: string[][] = users.map(() => [])
    const running = users.map((user, n) => sendUntilGone(user, { roomId, round, acknowledged: acknowledged[n]! }))
    while (acknowledged.flat().length < acknowledgedBeforeKill) await new Promise((resolve) => setImmediate(resolve))
    await server.kill('SIGKILL')
    await Promise.all(running)
    await server.start()
    const caught = await catchUp(reader, roomId, since)
    synced.push(...caught.eventIds)
    since = caught.nextBatch
    all.push(...acknowledged)
  }
  const history = (await reader.history(roomId)).map((event) => event.event_id)
  assert.equal(new Set(history).size, history.length, 'no event is in the history twice')
  for (const [n, acknowledged] of all.entries()) {
    const places = acknowledged.map((eventId) => history.indexOf(eventId))
    assert.ok(!places.includes(-1), `sender ${n % senders}: an acknowledged event is missing`)
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
      'a sender’s events are in the order of their answers',
    )
  }
  assert.deepEqual(synced, history.slice(-synced.length), 'the syncs together are the history, without gap or repeat')
})
