// One of the two servers is away for a while. Afterwards both have everything, and the same state.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { User } from '../system/testing/api.ts'
import { kind, myelin, other, userOf } from './testing/pair.ts'
import { agreeOnState, hears, isInvited, joinThrough, path, seesMembership, until } from './testing/rooms.ts'
import type { Homeserver } from './testing/server-process.ts'

const messagesOf = async (user: User, roomId: string): Promise<string[]> =>
  (await user.history(roomId))
    .filter(({ type }) => type === 'm.room.message')
    .map(({ content }: { content: { body: string } }) => content.body)

async function sayWhileAway(user: User, roomId: string): Promise<void> {
  for (let number = 0; number < 30; number++) await user.say(roomId, `meanwhile ${number}`)
  await user.put(`${path(roomId)}/state/m.room.topic/`, { topic: 'Changed meanwhile' })
  await user.put(`${path(roomId)}/state/org.example.own/`, { by: user.userId })
}

async function isAwayAndBack(away: Homeserver, present: Homeserver): Promise<void> {
  const [leaver, stayer] = [await userOf(away, 'leaver'), await userOf(present, 'stayer')]
  const rooms = [
    { roomId: await leaver.createRoom({ preset: 'public_chat' }), joins: stayer, through: away },
    { roomId: await stayer.createRoom({ preset: 'public_chat', room_version: '11' }), joins: leaver, through: present },
  ]
  const everybody = { users_default: 50, users: {} }
  for (const { roomId, joins, through } of rooms) {
    await joinThrough(joins, roomId, through.serverName)
    const owner = joins === leaver ? stayer : leaver
    const levels = await owner.get(`${path(roomId)}/state/m.room.power_levels/`)
    await owner.put(`${path(roomId)}/state/m.room.power_levels/`, { ...levels, users_default: 50 })
    await until('the guest has power', async () => {
      const now = await joins.get(`${path(roomId)}/state/m.room.power_levels/`)
      return now.users_default === everybody.users_default
    })
    await seesMembership(owner, roomId, { of: joins, is: 'join' })
  }
  await away.stop()
  for (const { roomId } of rooms) await sayWhileAway(stayer, roomId)
  await away.start()
  for (const { roomId } of rooms) await leaver.say(roomId, 'here again')
  for (const { roomId } of rooms) {
    await hears(stayer, roomId, 'here again')
    await hears(leaver, roomId, 'meanwhile 29')
    await agreeOnState(roomId, leaver, stayer)
    await until('all that was said meanwhile is read', async () => {
      const heard = await messagesOf(leaver, roomId)
      return Array.from({ length: 30 }, (_, number) => `meanwhile ${number}`).every((body) => heard.includes(body))
    })
    assert.deepEqual((await messagesOf(leaver, roomId)).toSorted(), (await messagesOf(stayer, roomId)).toSorted())
  }
  const invited = await stayer.createRoom({ preset: 'private_chat', invite: [leaver.userId] })
  await isInvited(leaver, invited)
}

describe('a restart', { concurrency: 1 }, () => {
  test(`${kind.name} is away, comes back and catches up`, () => isAwayAndBack(other, myelin))
  test('Myelin is away, comes back and catches up', () => isAwayAndBack(myelin, other))
})
