// Rooms of versions that new rooms no longer have, made on the other server and joined from Myelin.
import { describe } from 'node:test'
import { myelinComes } from './testing/pair.ts'
import { agreeOnState, hears, isOut, joinThrough, path, seesMembership, until } from './testing/rooms.ts'

describe('rooms of old versions', { concurrency: 4 }, () => {
  for (const version of ['1', '2', '3', '4', '5', '6', '7', '8', '9'])
    myelinComes(`version ${version}: joined, talked in, changed, redacted and left`, async ({ host, guest, home }) => {
      const roomId = await host.createRoom({
        ...{ preset: 'public_chat', room_version: version },
        power_level_content_override: { users_default: 50 },
      })
      await host.say(roomId, 'before')
      await joinThrough(guest, roomId, home.serverName)
      await host.say(roomId, 'hello from home')
      await hears(guest, roomId, 'hello from home')
      const answer = await guest.say(roomId, 'hello from away')
      await hears(host, roomId, 'hello from away')
      const quarrel = async (user: typeof host) => {
        for (let round = 0; round < 4; round++)
          await user.put(`${path(roomId)}/state/m.room.topic/`, { topic: `${user.userId} ${round}` })
        await user.say(roomId, `${user.userId} is done`)
      }
      await Promise.all([quarrel(host), quarrel(guest)])
      await hears(host, roomId, `${guest.userId} is done`)
      await hears(guest, roomId, `${host.userId} is done`)
      await host.say(roomId, 'peace')
      await hears(guest, roomId, 'peace')
      await agreeOnState(roomId, host, guest)
      await guest.put(`${path(roomId)}/redact/${encodeURIComponent(answer)}/1`, { reason: 'typo' })
      await until('the redaction is seen', async () => {
        const { content } = await host.get(`${path(roomId)}/event/${encodeURIComponent(answer)}`)
        return content.body === undefined
      })
      await until('what was said before is read', async () =>
        (await guest.history(roomId)).some(({ content }) => content.body === 'before'),
      )
      await host.post(`${path(roomId)}/kick`, { user_id: guest.userId })
      await isOut(guest, roomId)
      await joinThrough(guest, roomId, home.serverName)
      await guest.post(`${path(roomId)}/leave`)
      await seesMembership(host, roomId, { of: guest, is: 'leave' })
    })
})
