// Typing, receipts and presence, and profiles, across the two servers.
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import type { Reply, User } from '../system/testing/api.ts'
import { bothWays } from './testing/pair.ts'
import { hears, joinThrough, path, seesMembership, until, untilSynced } from './testing/rooms.ts'

type Event = Reply['body']

const ephemeralOf = (answer: Event, roomId: string, type: string): Event =>
  answer.rooms?.join?.[roomId]?.ephemeral?.events.find((event: Event) => event.type === type)?.content

async function shared(host: User, guest: User, serverName: string): Promise<string> {
  const roomId = await host.createRoom({ preset: 'public_chat' })
  await joinThrough(guest, roomId, serverName)
  await seesMembership(host, roomId, { of: guest, is: 'join' })
  return roomId
}

describe('what passes', { concurrency: 4 }, () => {
  bothWays('typing is seen, and that it ends', async ({ host, guest, home }) => {
    const roomId = await shared(host, guest, home.serverName)
    for (const [typist, watcher] of [
      [host, guest],
      [guest, host],
    ] as const) {
      const typing = (isTyping: boolean) =>
        typist.put(`${path(roomId)}/typing/${encodeURIComponent(typist.userId)}`, {
          typing: isTyping,
          ...(isTyping ? { timeout: 20_000 } : {}),
        })
      const sees = (isTyping: boolean) =>
        untilSynced(`typing: ${isTyping}`, watcher, (answer) => {
          const users = ephemeralOf(answer, roomId, 'm.typing')?.user_ids ?? []
          return users.includes(typist.userId) === isTyping
        })
      await typing(true)
      await sees(true)
      await typing(false)
      await sees(false)
    }
  })

  bothWays('receipts are seen', async ({ host, guest, home }) => {
    const roomId = await shared(host, guest, home.serverName)
    const eventId = await host.say(roomId, 'read me')
    await hears(guest, roomId, 'read me')
    await guest.post(`${path(roomId)}/receipt/m.read/${encodeURIComponent(eventId)}`, {})
    await untilSynced('the receipt', host, (answer) => {
      const receipt = ephemeralOf(answer, roomId, 'm.receipt')?.[eventId]?.['m.read']?.[guest.userId]
      return typeof receipt?.ts === 'number'
    })
  })

  bothWays('receipts of threads are seen', async ({ host, guest, home }) => {
    const roomId = await shared(host, guest, home.serverName)
    const eventId = await host.say(roomId, 'the root')
    const reply = await host.put(`${path(roomId)}/send/m.room.message/1`, {
      ...{ msgtype: 'm.text', body: 'in the thread' },
      'm.relates_to': { rel_type: 'm.thread', event_id: eventId },
    })
    await hears(guest, roomId, 'in the thread')
    await guest.post(`${path(roomId)}/receipt/m.read/${encodeURIComponent(reply.event_id)}`, { thread_id: eventId })
    await untilSynced('the receipt of the thread', host, (answer) => {
      const receipt = ephemeralOf(answer, roomId, 'm.receipt')?.[reply.event_id]?.['m.read']?.[guest.userId]
      return receipt?.thread_id === eventId
    })
  })

  bothWays('a private receipt is not told', async ({ host, guest, home }) => {
    const roomId = await shared(host, guest, home.serverName)
    const first = await host.say(roomId, 'privately read')
    const second = await host.say(roomId, 'publicly read')
    await hears(guest, roomId, 'publicly read')
    await guest.post(`${path(roomId)}/receipt/m.read.private/${encodeURIComponent(first)}`, {})
    await guest.post(`${path(roomId)}/receipt/m.read/${encodeURIComponent(second)}`, {})
    const all = await untilSynced('the public receipt', host, (answer) => {
      const receipts = ephemeralOf(answer, roomId, 'm.receipt')
      return receipts?.[second]?.['m.read']?.[guest.userId] && receipts
    })
    assert.equal(all[first]?.['m.read.private'], undefined)
  })

  bothWays('presence is seen', async ({ host, guest, home }) => {
    await shared(host, guest, home.serverName)
    for (const [shown, watcher] of [
      [host, guest],
      [guest, host],
    ] as const) {
      await shown.put(`/presence/${encodeURIComponent(shown.userId)}/status`, {
        ...{ presence: 'online', status_msg: 'at the desk' },
      })
      await untilSynced('presence', watcher, ({ presence }) =>
        presence?.events.some(
          ({ sender, content }: Event) =>
            sender === shown.userId && content.presence === 'online' && content.status_msg === 'at the desk',
        ),
      )
    }
  })

  bothWays('a profile is looked up at its server', async ({ host, guest }) => {
    const profile = `/profile/${encodeURIComponent(host.userId)}`
    await host.put(`${profile}/displayname`, { displayname: 'The host' })
    await host.put(`${profile}/avatar_url`, { avatar_url: 'mxc://example.org/picture' })
    const seen = await guest.get(profile)
    assert.deepEqual([seen.displayname, seen.avatar_url], ['The host', 'mxc://example.org/picture'])
    assert.equal((await guest.get(`${profile}/displayname`)).displayname, 'The host')
    const nobody = await guest.call(`/profile/${encodeURIComponent(host.userId.replace('@', '@no'))}`)
    assert.equal(nobody.status, 404)
  })

  bothWays("a profile's change is seen in rooms", async ({ host, guest, home }) => {
    const roomId = await shared(host, guest, home.serverName)
    for (const [changed, watcher] of [
      [host, guest],
      [guest, host],
    ] as const) {
      await changed.put(`/profile/${encodeURIComponent(changed.userId)}/displayname`, { displayname: 'Renamed' })
      await until('the new name', async () => {
        const member = `${path(roomId)}/state/m.room.member/${encodeURIComponent(changed.userId)}`
        return (await watcher.get(member)).displayname === 'Renamed'
      })
    }
  })
})
