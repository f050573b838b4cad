// What was said before a server came into the room, and single events of it.
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import type { Reply, User } from '../system/testing/api.ts'
import { bothWays, bothWaysInEachVersion } from './testing/pair.ts'
import { agreeOnState, hears, joinThrough, path, until, untilSynced } from './testing/rooms.ts'

type Event = Reply['body']

const messages = (events: readonly Event[]) => events.filter(({ type }) => type === 'm.room.message')

/** Says them in order, or, where order does not matter, `atOnce` at a time. */
async function sayMany(user: User, roomId: string, count: number, atOnce = 1): Promise<void> {
  for (let number = 0; number < count; number += atOnce)
    await Promise.all(Array.from({ length: atOnce }, (_, more) => user.say(roomId, `message ${number + more}`)))
}

/** Dendrite's history has the first event twice (docs/interop.md), so sets of these are compared. */
const idsOf = (events: readonly Event[]): string[] => events.map(({ event_id: id }) => id)

describe('history', { concurrency: 3 }, () => {
  bothWaysInEachVersion('what was said before the join is read', async ({ version, host, guest, home }) => {
    const roomId = await host.createRoom({ preset: 'public_chat', room_version: version })
    await sayMany(host, roomId, 60)
    await joinThrough(guest, roomId, home.serverName)
    for (const user of [host, guest])
      await untilSynced('the join', user, ({ rooms }) =>
        rooms?.join?.[roomId]?.timeline.events.some(({ state_key: key }: Event) => key === guest.userId),
      )
    const [there, here] = [await host.history(roomId), await guest.history(roomId)]
    assert.deepEqual(idsOf(messages(here)), idsOf(messages(there)))
    assert.equal(messages(here).length, 60)
    assert.deepEqual(new Set(idsOf(here)), new Set(idsOf(there)))
    assert.equal(here[0].type, 'm.room.create')
  })

  bothWays('500 messages of before the join are read', async ({ host, guest, home }) => {
    const roomId = await host.createRoom({ preset: 'public_chat' })
    await sayMany(host, roomId, 500, 10)
    await joinThrough(guest, roomId, home.serverName)
    await host.say(roomId, 'the newest')
    await hears(guest, roomId, 'the newest')
    const [there, here] = [await host.history(roomId), await guest.history(roomId)]
    assert.equal(messages(here).length, 501)
    assert.deepEqual(new Set(idsOf(here)), new Set(idsOf(there)))
  })

  bothWays('an event of before the join is shown, with what was around it', async ({ host, guest, home }) => {
    const roomId = await host.createRoom({ preset: 'public_chat' })
    await sayMany(host, roomId, 20)
    const target = await host.say(roomId, 'the target')
    await sayMany(host, roomId, 20)
    await joinThrough(guest, roomId, home.serverName)
    await until('the guest has read back to it', async () =>
      (await guest.history(roomId)).some(({ event_id: id }) => id === target),
    )
    const around = await guest.get(`${path(roomId)}/context/${encodeURIComponent(target)}?limit=4`)
    assert.equal(around.event.content.body, 'the target')
    const bodies = (events: readonly Event[]) => events.map(({ content }) => content.body)
    assert.deepEqual(bodies(around.events_after), ['message 0', 'message 1'])
    // Synapse leaves out the one just before an event that it has fetched from another server (docs/interop.md).
    assert.ok(bodies(around.events_before).includes('message 18'), JSON.stringify(around.events_before))
  })

  bothWays('what a guest may not see stays hidden', async ({ host, guest, home }) => {
    const roomId = await host.createRoom({
      preset: 'public_chat',
      initial_state: [{ type: 'm.room.history_visibility', state_key: '', content: { history_visibility: 'joined' } }],
    })
    await host.say(roomId, 'a secret')
    await joinThrough(guest, roomId, home.serverName)
    await host.say(roomId, 'for all')
    await hears(guest, roomId, 'for all')
    const seen = messages(await guest.history(roomId)).map(({ content }) => content.body)
    assert.deepEqual(seen, ['for all'])
  })

  bothWays('the event nearest to a time is found', async ({ host, guest, home }) => {
    const roomId = await host.createRoom({ preset: 'public_chat' })
    await host.say(roomId, 'early')
    const wanted = await host.say(roomId, 'in the middle')
    const { origin_server_ts: time } = await host.get(`${path(roomId)}/event/${encodeURIComponent(wanted)}`)
    await until('the clock goes on', async () => Date.now() > time + 5)
    await host.say(roomId, 'late')
    await joinThrough(guest, roomId, home.serverName)
    const query = `/_matrix/client/v1/rooms/${encodeURIComponent(roomId)}/timestamp_to_event?ts=${time}&dir=f`
    const reply = await guest.callAt(query)
    assert.equal(reply.status, 200, JSON.stringify(reply.body))
    assert.equal(reply.body.event_id, wanted)
  })

  bothWays('reactions are listed on both servers', async ({ host, guest, home }) => {
    const roomId = await host.createRoom({ preset: 'public_chat' })
    await joinThrough(guest, roomId, home.serverName)
    const root = await host.say(roomId, 'the root')
    await hears(guest, roomId, 'the root')
    const relation = { rel_type: 'm.annotation', event_id: root, key: '👍' }
    await guest.put(`${path(roomId)}/send/m.reaction/1`, { 'm.relates_to': relation })
    for (const user of [host, guest]) {
      const relations = `/_matrix/client/v1${path(roomId)}/relations/${encodeURIComponent(root)}/m.annotation`
      const [reaction] = await until(`${user.userId} sees the reaction`, async () => {
        const { chunk } = (await user.callAt(relations)).body
        return chunk?.length === 1 && chunk
      })
      assert.equal(reaction.content['m.relates_to'].key, '👍')
    }
  })

  bothWays('edits and threads are gathered on both servers', async ({ host, guest, home }) => {
    const roomId = await host.createRoom({ preset: 'public_chat' })
    await joinThrough(guest, roomId, home.serverName)
    const root = await host.say(roomId, 'the root')
    await hears(guest, roomId, 'the root')
    const say = (user: User, content: unknown) => user.put(`${path(roomId)}/send/m.room.message/1`, content)
    await say(guest, {
      ...{ msgtype: 'm.text', body: 'in the thread' },
      'm.relates_to': { rel_type: 'm.thread', event_id: root },
    })
    await say(host, {
      ...{ msgtype: 'm.text', body: '* edited', 'm.new_content': { msgtype: 'm.text', body: 'edited' } },
      'm.relates_to': { rel_type: 'm.replace', event_id: root },
    })
    for (const user of [host, guest])
      await until(`${user.userId} sees the thread and the edit`, async () => {
        const { unsigned } = await user.get(`${path(roomId)}/event/${encodeURIComponent(root)}`)
        const relations = unsigned?.['m.relations'] ?? {}
        return relations['m.thread']?.count === 1 && relations['m.replace']?.content.body === '* edited'
      })
    await agreeOnState(roomId, host, guest)
  })
})
