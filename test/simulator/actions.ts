// What users do: each takes a user and does one thing in a room, as a client would, whether it is allowed or not.
import type { Community, KnownRoom } from './community.ts'
import type { Reply, SimulatedUser } from './user.ts'

interface Doing {
  readonly community: Community
  readonly user: SimulatedUser
  readonly room: KnownRoom
}

/** Returns the reply that says how it went. */
type Action = (doing: Doing) => Promise<Reply>

const versions = ['3', '4', '5', '6', '7', '8', '9', '10', '11', '12']
const encoded = encodeURIComponent
const pathOf = ({ room }: Doing): string => `/rooms/${encoded(room.roomId)}`

/** Creates a room with a member of another server to begin with. */
export async function createRoom(community: Community, user: SimulatedUser): Promise<Reply> {
  const { random } = community
  const version = random.pick(versions)
  const others = [...new Set([community.otherThan(user), community.otherThan(user)])].map(({ userId }) => userId)
  const users = { ...(version === '12' ? {} : { [user.userId]: 100 }), [community.otherThan(user).userId]: 50 }
  const reply = await user.call('POST', '/createRoom', {
    room_version: version,
    preset: random.pick(['public_chat', 'public_chat', 'private_chat', 'trusted_private_chat']),
    invite: others,
    ...(random.chance(0.5) ? { power_level_content_override: { users, invite: 0, state_default: 0 } } : {}),
  })
  if (reply.status === 200) {
    community.addRoom(reply.body.room_id, version)
    user.rooms.add(reply.body.room_id)
  }
  return reply
}

function sent({ community, user, room }: Doing, reply: Reply, isRedactable = true): Reply {
  const { event_id: eventId } = reply.body
  if (typeof eventId === 'string') community.acknowledge(user, { roomId: room.roomId, eventId, isRedactable })
  return reply
}

const setState = async (doing: Doing, type: string, content: object, stateKey = ''): Promise<Reply> => {
  const reply = await doing.user.call('PUT', `${pathOf(doing)}/state/${type}/${encoded(stateKey)}`, content)
  // An access list that is redacted keeps everybody out, which would end the conversation.
  return sent(doing, reply, type !== 'm.room.server_acl')
}

const transactionId = ({ community }: Doing): string => `t${community.random.between(0, 2 ** 31)}`

async function member(doing: Doing, verb: 'kick' | 'ban' | 'unban' | 'invite'): Promise<Reply> {
  const other = doing.community.otherThan(doing.user)
  const reply = await doing.user.call('POST', `${pathOf(doing)}/${verb}`, { user_id: other.userId })
  if (reply.status === 200 && (verb === 'kick' || verb === 'ban')) other.rooms.delete(doing.room.roomId)
  return reply
}

/** Joins or knocks through the servers that are thought to be in the room. */
export async function enter(doing: Doing, verb: 'join' | 'knock'): Promise<Reply> {
  const { user, room, community } = doing
  const reply = await user.call('POST', `/${verb}/${encoded(room.roomId)}?${community.via(room.roomId)}`, {})
  if (reply.status === 200 && verb === 'join') user.rooms.add(room.roomId)
  return reply
}

/** Somebody from outside, rather than a member. */
const fromOutside = (doing: Doing): Doing => ({ ...doing, ...doing.community.outsider() })

export const actions = {
  say: async (doing) => {
    const body = { msgtype: 'm.text', body: `${doing.community.random.between(0, 999)}` }
    const path = `${pathOf(doing)}/send/m.room.message/${transactionId(doing)}`
    return sent(doing, await doing.user.call('PUT', path, body))
  },
  redact: async (doing) => {
    const eventId = doing.community.eventOf(doing.room.roomId) ?? '$none'
    const path = `${pathOf(doing)}/redact/${encoded(eventId)}/${transactionId(doing)}`
    return sent(doing, await doing.user.call('PUT', path, {}))
  },
  topic: (doing) => setState(doing, 'm.room.topic', { topic: `${doing.community.random.between(0, 999)}` }),
  name: (doing) => setState(doing, 'm.room.name', { name: `${doing.community.random.between(0, 999)}` }),
  setting: (doing) => {
    const { random } = doing.community
    return setState(doing, 'org.example.setting', { value: random.between(0, 9) }, `${random.between(0, 3)}`)
  },
  joinRule: (doing) => {
    const { random, rooms } = doing.community
    const join_rule = random.pick(['public', 'public', 'invite', 'knock', 'restricted', 'knock_restricted'])
    const allow = [{ type: 'm.room_membership', room_id: random.pick(rooms).roomId }]
    return setState(doing, 'm.room.join_rules', { join_rule, ...(join_rule.includes('restricted') ? { allow } : {}) })
  },
  visibility: (doing) => {
    const history_visibility = doing.community.random.pick(['shared', 'invited', 'joined', 'world_readable'])
    return setState(doing, 'm.room.history_visibility', { history_visibility })
  },
  acl: (doing) => {
    const { random, servers } = doing.community
    const deny = random.chance(0.4) ? [random.pick(servers).serverName] : []
    return setState(doing, 'm.room.server_acl', { allow: ['*'], deny, allow_ip_literals: true })
  },
  power: async (doing) => {
    const { random, users } = doing.community
    const levels = await doing.user.call('GET', `${pathOf(doing)}/state/m.room.power_levels/`)
    if (levels.status !== 200) return levels
    const level = random.pick([0, 0, 50, 50, 100])
    const changed = { ...levels.body.users, [random.pick(users).userId]: level }
    const others = random.chance(0.3) ? { events_default: random.pick([0, 0, 0, 50]), kick: random.pick([0, 50]) } : {}
    return setState(doing, 'm.room.power_levels', { ...levels.body, users: changed, ...others })
  },
  join: (doing) => enter(fromOutside(doing), 'join'),
  knock: (doing) => enter(fromOutside(doing), 'knock'),
  leave: async (doing) => {
    const reply = await doing.user.call('POST', `${pathOf(doing)}/leave`, {})
    if (reply.status === 200) doing.user.rooms.delete(doing.room.roomId)
    return reply
  },
  forget: (doing) => {
    const { user, room, community } = fromOutside(doing)
    return user.call('POST', `${pathOf({ user, room, community })}/forget`, {})
  },
  kick: (doing) => member(doing, 'kick'),
  ban: (doing) => member(doing, 'ban'),
  unban: (doing) => member(doing, 'unban'),
  invite: (doing) => member(doing, 'invite'),
  upgrade: async (doing) => {
    const version = doing.community.random.pick(versions)
    const reply = await doing.user.call('POST', `${pathOf(doing)}/upgrade`, { new_version: version })
    if (reply.status === 200) {
      doing.community.addRoom(reply.body.replacement_room, version)
      doing.user.rooms.add(reply.body.replacement_room)
    }
    return reply
  },
  typing: ({ user, ...doing }) => {
    const isTyping = doing.community.random.chance(0.7)
    const path = `${pathOf({ user, ...doing })}/typing/${encoded(user.userId)}`
    return user.call('PUT', path, isTyping ? { typing: true, timeout: 20_000 } : { typing: false })
  },
  read: (doing) => {
    const eventId = doing.community.eventOf(doing.room.roomId) ?? '$none'
    return doing.user.call('POST', `${pathOf(doing)}/receipt/m.read/${encoded(eventId)}`, {})
  },
  messages: (doing) => doing.user.call('GET', `${pathOf(doing)}/messages?dir=b&limit=20`),
  name_change: ({ user, community }) =>
    user.call('PUT', `/profile/${encoded(user.userId)}/displayname`, {
      displayname: `n${community.random.between(0, 99)}`,
    }),
} satisfies Readonly<Record<string, Action>>

export type ActionName = keyof typeof actions

/** How often each is done. */
export const actionWeights: Readonly<Record<ActionName, number>> = {
  ...{ say: 30, redact: 3, topic: 6, name: 4, setting: 8, join: 22, knock: 3, leave: 4, forget: 1 },
  ...{ joinRule: 5, visibility: 2, acl: 2, power: 6, kick: 3, ban: 3, unban: 3, invite: 6, upgrade: 1 },
  ...{ typing: 3, read: 4, messages: 3, name_change: 1 },
}
