// Rooms shared by the two servers: coming in, talking, taking back, and being one room in the end.
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { bothWays, bothWaysInEachVersion, kind } from './testing/pair.ts'
import {
  agreeOnState,
  hears,
  isInvited,
  isOut,
  isRefused,
  joinThrough,
  path,
  seesMembership,
  until,
} from './testing/rooms.ts'

const knockable = { type: 'm.room.join_rules', state_key: '', content: { join_rule: 'knock' } }

describe('rooms', { concurrency: 4 }, () => {
  bothWaysInEachVersion('a public room is joined, and both talk', async ({ version, host, guest, home }) => {
    const roomId = await host.createRoom({ preset: 'public_chat', room_version: version, name: 'Shared', topic: 'All' })
    await host.say(roomId, 'before')
    assert.equal((await joinThrough(guest, roomId, home.serverName)).room_id, roomId)
    await host.say(roomId, 'hello from home')
    await hears(guest, roomId, 'hello from home')
    await guest.say(roomId, 'hello from away')
    assert.equal((await hears(host, roomId, 'hello from away')).sender, guest.userId)
    await agreeOnState(roomId, host, guest)
    const { joined } = await host.get(`${path(roomId)}/joined_members`)
    assert.deepEqual(Object.keys(joined).toSorted(), [host.userId, guest.userId].toSorted())
  })

  bothWaysInEachVersion(
    'an invite arrives, is accepted, and the guest leaves and comes back',
    async ({ version, host, guest }) => {
      const roomId = await host.createRoom({
        ...{ preset: 'private_chat', room_version: version, name: 'Private', is_direct: true },
        invite: [guest.userId],
      })
      const shown = await isInvited(guest, roomId)
      const types = new Set(shown.map(({ type }) => type))
      for (const type of ['m.room.create', 'm.room.name', 'm.room.join_rules', 'm.room.member'])
        assert.ok(types.has(type), `${type} is not in the invite's state`)
      const own = shown.find(({ state_key: key }) => key === guest.userId)
      assert.equal(own.content.is_direct, true)
      await guest.join(roomId)
      await guest.say(roomId, 'thanks')
      await hears(host, roomId, 'thanks')
      await guest.post(`${path(roomId)}/leave`)
      await seesMembership(host, roomId, { of: guest, is: 'leave' })
      await host.say(roomId, 'while you were out')
      await host.post(`${path(roomId)}/invite`, { user_id: guest.userId })
      await isInvited(guest, roomId)
      await guest.join(roomId)
      await host.say(roomId, 'welcome back')
      await hears(guest, roomId, 'welcome back')
      await agreeOnState(roomId, host, guest)
    },
  )

  bothWaysInEachVersion('an invite is declined', async ({ version, host, guest }) => {
    const roomId = await host.createRoom({ preset: 'private_chat', room_version: version })
    await host.post(`${path(roomId)}/invite`, { user_id: guest.userId })
    await isInvited(guest, roomId)
    await guest.post(`${path(roomId)}/leave`)
    await seesMembership(host, roomId, { of: guest, is: 'leave' })
    await until('the invite is gone', async () => !(await guest.sync()).rooms?.invite?.[roomId])
  })

  bothWaysInEachVersion('an invite is taken back', async ({ version, host, guest }) => {
    const roomId = await host.createRoom({ preset: 'private_chat', room_version: version, invite: [guest.userId] })
    await isInvited(guest, roomId)
    await host.post(`${path(roomId)}/kick`, { user_id: guest.userId })
    await until('the invite is gone', async () => !(await guest.sync()).rooms?.invite?.[roomId])
    const join = guest.call(`/join/${encodeURIComponent(roomId)}`, { method: 'POST', body: {} })
    await isRefused(join, 'M_FORBIDDEN', 'M_UNKNOWN', 'M_NOT_FOUND')
  })

  bothWaysInEachVersion(
    'messages are redacted by their sender and by a moderator',
    async ({ version, host, guest, home }) => {
      const roomId = await host.createRoom({ preset: 'public_chat', room_version: version })
      await joinThrough(guest, roomId, home.serverName)
      const own = await guest.say(roomId, 'I did not mean it')
      const rude = await guest.say(roomId, 'nor may this stay')
      const safe = await host.say(roomId, 'out of reach')
      await hears(host, roomId, 'nor may this stay')
      await hears(guest, roomId, 'out of reach')
      await guest.put(`${path(roomId)}/redact/${own}/1`, { reason: 'sorry' })
      await host.put(`${path(roomId)}/redact/${rude}/1`, {})
      await isRefused(guest.call(`${path(roomId)}/redact/${safe}/2`, { method: 'PUT', body: {} }))
      for (const user of [host, guest])
        for (const id of [own, rude])
          await until(`${user.userId} sees ${id} redacted`, async () => {
            const event = await user.get(`${path(roomId)}/event/${id}`)
            return event.content.body === undefined && event.unsigned?.redacted_because !== undefined
          })
      const because = (await host.get(`${path(roomId)}/event/${own}`)).unsigned.redacted_because
      assert.equal(because.content.reason, 'sorry')
    },
  )

  bothWaysInEachVersion(
    'power is given and taken, and both servers keep to it',
    async ({ version, host, guest, home }) => {
      const roomId = await host.createRoom({ preset: 'public_chat', room_version: version })
      await joinThrough(guest, roomId, home.serverName)
      const topic = (text: string) =>
        guest.call(`${path(roomId)}/state/m.room.topic/`, { method: 'PUT', body: { topic: text } })
      await isRefused(topic('too early'))
      const levels = await host.get(`${path(roomId)}/state/m.room.power_levels/`)
      const setLevel = async (level: number) => {
        await host.put(`${path(roomId)}/state/m.room.power_levels/`, {
          ...levels,
          users: { ...levels.users, [guest.userId]: level },
        })
        await until(`the guest has power ${level}`, async () => {
          const { users } = await guest.get(`${path(roomId)}/state/m.room.power_levels/`)
          return users[guest.userId] === level
        })
      }
      await setLevel(50)
      assert.equal((await topic('now I may')).status, 200)
      await until('the topic is set', async () => {
        const reply = await host.call(`${path(roomId)}/state/m.room.topic/`)
        return reply.body.topic === 'now I may'
      })
      await setLevel(0)
      await isRefused(topic('no longer'))
      await agreeOnState(roomId, host, guest)
    },
  )

  bothWaysInEachVersion('a guest is kicked, comes back, is banned and unbanned', async (stage) => {
    const { version, host, guest, home } = stage
    const roomId = await host.createRoom({ preset: 'public_chat', room_version: version })
    const enter = () => joinThrough(guest, roomId, home.serverName)
    await enter()
    await host.post(`${path(roomId)}/kick`, { user_id: guest.userId, reason: 'out' })
    await isOut(guest, roomId)
    await enter()
    await guest.say(roomId, 'I am back')
    await hears(host, roomId, 'I am back')
    await host.post(`${path(roomId)}/ban`, { user_id: guest.userId })
    await isOut(guest, roomId)
    const join = `/join/${encodeURIComponent(roomId)}?via=${encodeURIComponent(home.serverName)}`
    await isRefused(guest.call(join, { method: 'POST', body: {} }))
    await host.post(`${path(roomId)}/unban`, { user_id: guest.userId })
    await enter()
    await guest.say(roomId, 'forgiven')
    await hears(host, roomId, 'forgiven')
    await agreeOnState(roomId, host, guest)
  })

  bothWaysInEachVersion('a guest with power kicks and bans users of the home', async (stage) => {
    const { version, host, guest, home } = stage
    const roomId = await host.createRoom({ preset: 'public_chat', room_version: version })
    await joinThrough(guest, roomId, home.serverName)
    const victim = await stage.another(home, 'victim')
    await victim.join(roomId)
    await seesMembership(guest, roomId, { of: victim, is: 'join' })
    const levels = await host.get(`${path(roomId)}/state/m.room.power_levels/`)
    await host.put(`${path(roomId)}/state/m.room.power_levels/`, {
      ...levels,
      users: { ...levels.users, [guest.userId]: 50 },
    })
    await until('the guest may kick', async () => {
      const { users } = await guest.get(`${path(roomId)}/state/m.room.power_levels/`)
      return users[guest.userId] === 50
    })
    await guest.post(`${path(roomId)}/kick`, { user_id: victim.userId })
    await isOut(victim, roomId)
    await victim.join(roomId)
    await seesMembership(guest, roomId, { of: victim, is: 'join' })
    await guest.post(`${path(roomId)}/ban`, { user_id: victim.userId })
    await isOut(victim, roomId)
    const back = victim.call(`/join/${encodeURIComponent(roomId)}`, { method: 'POST', body: {} })
    await isRefused(back, 'M_FORBIDDEN', 'M_BAD_STATE')
    await agreeOnState(roomId, host, guest)
  })

  bothWaysInEachVersion('a knock is answered with an invite', async ({ version, host, guest, home }) => {
    const roomId = await host.createRoom({
      ...{ room_version: version, name: 'Behind a door' },
      initial_state: [knockable],
    })
    await guest.post(`/knock/${encodeURIComponent(roomId)}?via=${encodeURIComponent(home.serverName)}`, {
      reason: 'please',
    })
    await until('the guest sees the own knock', async () => {
      const shown = (await guest.sync()).rooms?.knock?.[roomId]?.knock_state.events
      return shown?.some((event: { type: string }) => event.type === 'm.room.name')
    })
    await seesMembership(host, roomId, { of: guest, is: 'knock' })
    await host.post(`${path(roomId)}/invite`, { user_id: guest.userId })
    await isInvited(guest, roomId)
    await guest.join(roomId)
    await guest.say(roomId, 'let in')
    await hears(host, roomId, 'let in')
    await agreeOnState(roomId, host, guest)
  })

  bothWaysInEachVersion('a knock is turned down, and the next one answered', async (stage) => {
    const { version, host, guest, home } = stage
    const roomId = await host.createRoom({ room_version: version, initial_state: [knockable] })
    const knock = () =>
      guest.post(`/knock/${encodeURIComponent(roomId)}?via=${encodeURIComponent(home.serverName)}`, {})
    await knock()
    await seesMembership(host, roomId, { of: guest, is: 'knock' })
    await host.post(`${path(roomId)}/kick`, { user_id: guest.userId })
    await knock()
    await seesMembership(host, roomId, { of: guest, is: 'knock' })
    await host.post(`${path(roomId)}/invite`, { user_id: guest.userId })
    await isInvited(guest, roomId)
    await guest.join(roomId)
    await agreeOnState(roomId, host, guest)
  })

  bothWays('a knock is withdrawn', async ({ host, guest, home }) => {
    const roomId = await host.createRoom({ initial_state: [knockable] })
    await guest.post(`/knock/${encodeURIComponent(roomId)}?via=${encodeURIComponent(home.serverName)}`, {})
    await seesMembership(host, roomId, { of: guest, is: 'knock' })
    await guest.post(`${path(roomId)}/leave`)
    await seesMembership(host, roomId, { of: guest, is: 'leave' })
  })

  bothWaysInEachVersion('members of a space come into its restricted room, others do not', async (stage) => {
    const { version, host, guest, home, away } = stage
    const space = await host.createRoom({ preset: 'public_chat', creation_content: { type: 'm.space' } })
    const allow = [{ type: 'm.room_membership', room_id: space }]
    for (const rule of ['restricted', 'knock_restricted']) {
      const roomId = await host.createRoom({
        room_version: version,
        initial_state: [{ type: 'm.room.join_rules', state_key: '', content: { join_rule: rule, allow } }],
      })
      const stranger = await stage.another(away, 'stranger')
      const join = `/join/${encodeURIComponent(roomId)}?via=${encodeURIComponent(home.serverName)}`
      await isRefused(stranger.call(join, { method: 'POST', body: {} }))
      await joinThrough(guest, space, home.serverName)
      await seesMembership(host, space, { of: guest, is: 'join' })
      await joinThrough(guest, roomId, home.serverName)
      await guest.say(roomId, 'I belong here')
      await hears(host, roomId, 'I belong here')
      const member = await host.get(`${path(roomId)}/state/m.room.member/${encodeURIComponent(guest.userId)}`)
      assert.equal(member.join_authorised_via_users_server, host.userId)
      // The guest's server is in the room now: others of it come in without asking elsewhere, if one there may invite.
      const second = await stage.another(away, 'second')
      await joinThrough(second, space, home.serverName)
      await joinThrough(second, roomId, home.serverName)
      await seesMembership(host, roomId, { of: second, is: 'join' })
      await agreeOnState(roomId, host, guest)
    }
  })

  bothWaysInEachVersion('both change the state at once, and agree in the end', async (stage) => {
    const { version, host, guest, home } = stage
    const roomId = await host.createRoom({
      ...{ preset: 'public_chat', room_version: version },
      power_level_content_override: { users_default: 50 },
    })
    await joinThrough(guest, roomId, home.serverName)
    const quarrel = async (user: typeof host) => {
      for (let round = 0; round < 8; round++) {
        await user.put(`${path(roomId)}/state/m.room.topic/`, { topic: `${user.userId} ${round}` })
        await user.put(`${path(roomId)}/state/org.example.own/${user === host ? 'home' : 'away'}${round}`, {})
        await user.say(roomId, `${user.userId} ${round}`)
      }
    }
    await Promise.all([quarrel(host), quarrel(guest)])
    await Promise.all([hears(host, roomId, `${guest.userId} 7`), hears(guest, roomId, `${host.userId} 7`)])
    await host.say(roomId, 'peace')
    await hears(guest, roomId, 'peace')
    await agreeOnState(roomId, host, guest)
  })

  bothWaysInEachVersion('a room is upgraded, and the guest follows', async ({ version, host, guest, home }) => {
    const roomId = await host.createRoom({ preset: 'public_chat', room_version: version, name: 'Old' })
    await joinThrough(guest, roomId, home.serverName)
    const { replacement_room: next } = await host.post(`${path(roomId)}/upgrade`, {
      new_version: kind.newestRoomVersion,
    })
    await until('the guest sees where the room went', async () => {
      const reply = await guest.call(`${path(roomId)}/state/m.room.tombstone/`)
      return reply.body.replacement_room === next
    })
    await joinThrough(guest, next, home.serverName)
    const create = (await guest.get(`${path(next)}/state`)).find(
      ({ type }: { type: string }) => type === 'm.room.create',
    )
    assert.equal(create.content.predecessor.room_id, roomId)
    await agreeOnState(next, host, guest)
  })

  bothWays('a room of many members is usable at once, and complete in the end', async (stage) => {
    const { host, guest, home, away } = stage
    const roomId = await host.createRoom({ preset: 'public_chat' })
    const members = await Promise.all(Array.from({ length: 30 }, () => stage.another(home, 'member')))
    await Promise.all(members.map((member) => member.join(roomId)))
    await joinThrough(guest, roomId, home.serverName)
    await guest.say(roomId, 'what a crowd')
    await hears(host, roomId, 'what a crowd')
    await members[0]!.say(roomId, 'welcome')
    await hears(guest, roomId, 'welcome')
    await until('all members are seen', async () => {
      const { joined } = await guest.get(`${path(roomId)}/joined_members`)
      return Object.keys(joined).length === 32
    })
    const second = await stage.another(away, 'second')
    await second.join(roomId)
    await agreeOnState(roomId, host, second)
    await agreeOnState(roomId, host, guest)
  })

  bothWays('a server that the room bars is not heard', async ({ host, guest, home, away }) => {
    const roomId = await host.createRoom({ preset: 'public_chat' })
    const open = await host.createRoom({ preset: 'public_chat' })
    for (const each of [roomId, open]) await joinThrough(guest, each, home.serverName)
    await host.put(`${path(roomId)}/state/m.room.server_acl/`, {
      ...{ allow: ['*'], deny: [away.serverName.replace(/:.*/, '')] },
      allow_ip_literals: true,
    })
    await until('the guest sees the list', async () => {
      const reply = await guest.call(`${path(roomId)}/state/m.room.server_acl/`)
      return reply.status === 200
    })
    await guest.call(`${path(roomId)}/send/m.room.message/1`, { method: 'PUT', body: { body: 'hear me?' } })
    await guest.say(open, 'and here?')
    await hears(host, open, 'and here?')
    assert.ok(!(await host.history(roomId)).some((event) => event.content.body === 'hear me?'))
  })
})
