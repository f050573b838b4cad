// Heroes: the first five others, kept up as members come and go.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestServer, type Device } from './testing/open-sync.ts'

const heroesOf = (room: { summary?: Readonly<Record<string, unknown>> } | undefined) => room?.summary?.['m.heroes']

test('heroes are the first five others, whoever comes later', async () => {
  await using server = await openTestServer()
  const devices: Device[] = []
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) devices.push(await server.device(name))
  const [a, b, ...others] = devices as [Device, Device, ...Device[]]
  const roomId = await server.rooms.create({ by: a, request: { preset: 'public_chat' } })
  const seenByA = async () => heroesOf((await server.poll(a)).rooms?.join?.[roomId])
  assert.deepEqual(await seenByA(), [])
  for (const [i, by] of [b, ...others].entries()) {
    await server.rooms.join(roomId, { by })
    assert.deepEqual(
      await seenByA(),
      devices.slice(1, Math.min(i + 2, 6)).map(({ userId }) => userId),
    )
  }
  assert.deepEqual(
    heroesOf((await server.poll(b)).rooms?.join?.[roomId]),
    [a, ...devices.slice(2, 6)].map(({ userId }) => userId),
  )
  await server.rooms.leave(roomId, { by: b })
  assert.deepEqual(
    await seenByA(),
    devices.slice(2, 7).map(({ userId }) => userId),
  )
  for (const by of others) await server.rooms.leave(roomId, { by })
  assert.deepEqual(
    await seenByA(),
    devices.slice(1, 6).map(({ userId }) => userId),
  )
})
