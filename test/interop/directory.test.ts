// Finding rooms of the other server: aliases, lists of public rooms, spaces.
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import type { Reply } from '../system/testing/api.ts'
import { bothWays, bothWaysInEachVersion } from './testing/pair.ts'
import { hears, isRefused, joinThrough, path } from './testing/rooms.ts'

type Event = Reply['body']

describe('finding rooms', { concurrency: 4 }, () => {
  bothWaysInEachVersion('an alias leads into the room', async ({ version, host, guest, home }) => {
    const name = `lobby${crypto.randomUUID()}`
    const roomId = await host.createRoom({ preset: 'public_chat', room_version: version, room_alias_name: name })
    const alias = `#${name}:${home.serverName}`
    const resolved = await guest.get(`/directory/room/${encodeURIComponent(alias)}`)
    assert.equal(resolved.room_id, roomId)
    assert.ok(resolved.servers.includes(home.serverName))
    assert.equal((await guest.join(alias)).room_id, roomId)
    await guest.say(roomId, 'found you')
    await hears(host, roomId, 'found you')
  })

  bothWays('an alias that is not there is not found', async ({ guest, home }) => {
    const unknown = `#no${crypto.randomUUID()}:${home.serverName}`
    await isRefused(guest.call(`/directory/room/${encodeURIComponent(unknown)}`), 'M_NOT_FOUND')
  })

  bothWays('the list of public rooms is read and searched', async ({ host, guest, home }) => {
    const name = `Club ${crypto.randomUUID()}`
    const roomId = await host.createRoom({ ...{ preset: 'public_chat', visibility: 'public', name }, topic: 'Books' })
    const server = `server=${encodeURIComponent(home.serverName)}`
    const listed = await guest.get(`/publicRooms?${server}`)
    const room = listed.chunk.find(({ room_id: id }: Event) => id === roomId)
    assert.deepEqual([room?.name, room?.topic, room?.num_joined_members], [name, 'Books', 1])
    const found = await guest.post(`/publicRooms?${server}`, { filter: { generic_search_term: name } })
    assert.deepEqual(
      found.chunk.map(({ room_id: id }: Event) => id),
      [roomId],
    )
    const page = await guest.get(`/publicRooms?${server}&limit=1`)
    assert.equal(page.chunk.length, 1)
  })

  bothWays('the rooms of a space are listed, down to those of the space below', async (stage) => {
    const { host, guest, home } = stage
    const via = [home.serverName]
    const make = (name: string, isSpace: boolean, preset = 'public_chat') =>
      host.createRoom({ preset, name, ...(isSpace ? { creation_content: { type: 'm.space' } } : {}) })
    const [space, below] = [await make('Space', true), await make('Space below', true)]
    const [room, hidden] = [await make('Room', false), await make('Hidden', false, 'private_chat')]
    const contain = (parent: string, child: string) =>
      host.put(`${path(parent)}/state/m.space.child/${encodeURIComponent(child)}`, { via })
    await contain(space, below)
    await contain(space, hidden)
    await contain(below, room)
    await joinThrough(guest, space, home.serverName)
    const reply = await guest.callAt(`/_matrix/client/v1${path(space)}/hierarchy`)
    assert.equal(reply.status, 200, JSON.stringify(reply.body))
    // Dendrite lists a room of another server twice (docs/interop.md).
    const names = new Set(reply.body.rooms.map(({ name }: Event) => name))
    assert.deepEqual([...names].toSorted(), ['Room', 'Space', 'Space below'])
  })

  bothWays('a room is summarised before it is joined', async ({ host, guest, home }) => {
    const roomId = await host.createRoom({ preset: 'public_chat', name: 'Preview' })
    const via = `via=${encodeURIComponent(home.serverName)}`
    const reply = await guest.callAt(`/_matrix/client/v1/room_summary/${encodeURIComponent(roomId)}?${via}`)
    assert.equal(reply.status, 200, JSON.stringify(reply.body))
    assert.deepEqual([reply.body.name, reply.body.num_joined_members], ['Preview', 1])
  })
})
