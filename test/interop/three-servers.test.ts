// One room on three servers: Myelin, the one that it is set beside, and a Synapse.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { User } from '../system/testing/api.ts'
import { authority, kind, myelin, other, userOf } from './testing/pair.ts'
import { agreeOnState, hears, joinThrough, path, until } from './testing/rooms.ts'
import type { Homeserver, ServerProcess } from './testing/server-process.ts'
import { synapse as synapses } from './testing/synapse.ts'

const skip = kind === synapses ? 'played beside another server than Synapse' : false

describe(`Myelin, ${kind.name} and Synapse`, { concurrency: 1, skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'myelin-interop-third-'))
  let synapse: ServerProcess

  before(async () => {
    synapse = await synapses.create({ folder, authority })
    await synapse.start()
  })
  after(async () => {
    await synapse.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  /** A room of the first server in which a user of each has the same power, and knows the others to be in. */
  async function sharedRoom(servers: readonly Homeserver[]): Promise<{ roomId: string; users: User[] }> {
    const users: User[] = []
    for (const server of servers) users.push(await userOf(server, 'one'))
    const roomId = await users[0]!.createRoom({
      preset: 'public_chat',
      power_level_content_override: { users_default: 50 },
    })
    for (const user of users.slice(1)) await joinThrough(user, roomId, servers[0]!.serverName)
    for (const user of users)
      await until(`${user.userId} sees all`, async () => {
        const { joined } = await user.get(`${path(roomId)}/joined_members`)
        return Object.keys(joined).length === users.length
      })
    return { roomId, users }
  }

  /** Each says something that all others hear, and then all have the same state. */
  async function agree(roomId: string, users: readonly User[], word: string): Promise<void> {
    for (const user of users) {
      await user.say(roomId, `${word} ${user.userId}`)
      await Promise.all(users.map((listener) => hears(listener, roomId, `${word} ${user.userId}`)))
    }
    for (const user of users.slice(1)) await agreeOnState(roomId, users[0]!, user)
  }

  const setTopic = (user: User, roomId: string, topic: string) =>
    user.put(`${path(roomId)}/state/m.room.topic/`, { topic })

  const homes: readonly [string, () => Homeserver[]][] = [
    ['Myelin', () => [myelin, other, synapse]],
    [kind.name, () => [other, synapse, myelin]],
    ['Synapse', () => [synapse, myelin, other]],
  ]
  for (const [home, servers] of homes)
    test(`in a room of ${home} all talk, change the state at once, and agree`, async () => {
      const { roomId, users } = await sharedRoom(servers())
      await agree(roomId, users, 'hello')
      await Promise.all(
        users.map(async (user, index) => {
          for (let round = 0; round < 5; round++) {
            await setTopic(user, roomId, `${user.userId} ${round}`)
            await user.put(`${path(roomId)}/state/org.example.own/${index}.${round}`, {})
            await user.say(roomId, `${user.userId} ${round}`)
          }
        }),
      )
      await agree(roomId, users, 'peace')
    })

  test('what Myelin and the two others did while they were apart comes together', async () => {
    const { roomId, users } = await sharedRoom([myelin, other, synapse])
    await agree(roomId, users, 'hello')
    const [own, ...others] = users
    await myelin.stop()
    for (const user of others) {
      await setTopic(user, roomId, `${user.userId} without Myelin`)
      await user.say(roomId, `${user.userId} without Myelin`)
    }
    await Promise.all([other.stop(), synapse.stop()])
    await myelin.start()
    await setTopic(own!, roomId, 'Myelin alone')
    await own!.say(roomId, 'Myelin alone')
    await Promise.all([other.start(), synapse.start()])
    await agree(roomId, users, 'together')
    const bodies = new Set((await own!.history(roomId)).map(({ content }) => content.body))
    for (const user of others) assert.ok(bodies.has(`${user.userId} without Myelin`))
  })
})
