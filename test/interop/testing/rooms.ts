// What scenarios do with rooms and look for in them, through the client-server API alone.
import assert from 'node:assert/strict'
import type { Reply, User } from '../../system/testing/api.ts'

type Event = Reply['body']

const patienceMs = 30_000

export const path = (roomId: string): string => `/rooms/${encodeURIComponent(roomId)}`

/** Joins through a server that the user names. */
export const joinThrough = (user: User, roomId: string, serverName: string): Promise<Event> =>
  user.post(`/join/${encodeURIComponent(roomId)}?via=${encodeURIComponent(serverName)}`)

/** Looks again and again until there is something. */
export async function until<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  for (const end = Date.now() + patienceMs; ;) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    if (Date.now() > end) throw new Error(`Not in time: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** Follows the user's sync until the answer has what is looked for. */
export async function untilSynced<T>(
  what: string,
  user: User,
  look: (answer: Event) => T | undefined | false,
): Promise<T> {
  let since = ''
  for (const end = Date.now() + patienceMs; ;) {
    const answer = await user.sync({ ...(since && { since, timeout: '2000' }), filter })
    const found = look(answer)
    if (found !== undefined && found !== false) return found
    if (Date.now() > end) throw new Error(`Not in time: ${user.userId} sees ${what}`)
    since = answer.next_batch
  }
}

const filter = JSON.stringify({ room: { timeline: { limit: 50 } } })

/** Waits until a message with that body is in the room's timeline; gives the event. */
export const hears = (user: User, roomId: string, body: string): Promise<Event> =>
  untilSynced(`“${body}”`, user, ({ rooms }) =>
    rooms?.join?.[roomId]?.timeline?.events.find((event: Event) => event.content.body === body),
  )

/** Waits for an invite to the room; gives its stripped state. */
export const isInvited = (user: User, roomId: string): Promise<Event[]> =>
  untilSynced(`an invite to ${roomId}`, user, ({ rooms }) => rooms?.invite?.[roomId]?.invite_state.events)

/** Waits until a member's membership is what it should be, as the user sees it. */
export const seesMembership = (user: User, roomId: string, wanted: { of: User; is: string }): Promise<true> =>
  until(`${user.userId} sees that ${wanted.of.userId} is ${wanted.is}`, async () => {
    const reply = await user.call(`${path(roomId)}/state/m.room.member/${encodeURIComponent(wanted.of.userId)}`)
    return reply.body.membership === wanted.is && true
  })

/** Waits until the room has gone from the user's joined rooms. */
export const isOut = (user: User, roomId: string): Promise<true> =>
  until(`${user.userId} is out of ${roomId}`, async () => {
    const { joined_rooms: rooms } = await user.get('/joined_rooms')
    return !rooms.includes(roomId) && true
  })

/** Each state event's id, by type and key. */
async function stateOf(user: User, roomId: string): Promise<Record<string, string>> {
  const events: Event[] = await user.get(`${path(roomId)}/state`)
  return Object.fromEntries(events.map((event) => [`${event.type} ${event.state_key}`, event.event_id]).toSorted())
}

/** Waits until two members of different servers are given the same state, event for event. */
export async function agreeOnState(roomId: string, one: User, other: User): Promise<void> {
  for (const end = Date.now() + patienceMs; ;) {
    const [first, second] = await Promise.all([stateOf(one, roomId), stateOf(other, roomId)])
    if (Date.now() > end) return assert.deepEqual(first, second)
    if (JSON.stringify(first) === JSON.stringify(second)) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

/** Fails unless the reply is a refusal of that kind. */
export async function isRefused(reply: Promise<Reply>, ...errcodes: readonly string[]): Promise<void> {
  const { status, body } = await reply
  assert.ok(status >= 400, `status ${status} ${JSON.stringify(body)}`)
  const wanted = errcodes.length > 0 ? errcodes : ['M_FORBIDDEN']
  assert.ok(wanted.includes(body.errcode), JSON.stringify(body))
}
