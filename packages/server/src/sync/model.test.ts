// A client that does nothing but apply answers ends up with the server's state, and has seen every event once: over random
// histories, small timelines, lost answers, both kinds of state section, and forgetful servers.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import {
  openTestServer,
  say,
  temporaryFolder,
  type Answer,
  type Device,
  type RoomAnswer,
  type TestServer,
} from './testing/open-sync.ts'

const userNames = ['alice', 'bob', 'carol'] as const
const roomCount = 2

type Step =
  | { readonly do: 'say' | 'name' | 'topic' | 'join' | 'leave' | 'profile'; readonly by: number; readonly room: number }
  | { readonly do: 'kick' | 'invite'; readonly target: number; readonly room: number }
  | { readonly do: 'poll'; readonly by: number; readonly limit: number; readonly lost: boolean }

const by = fc.nat(userNames.length - 1)
const room = fc.nat(roomCount - 1)
const deed = fc.constantFrom(
  'say' as const,
  'say' as const,
  'name' as const,
  'topic' as const,
  'join' as const,
  'leave' as const,
  'profile' as const,
)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: deed, by, room }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('kick' as const, 'invite' as const), target: by, room }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('poll' as const),
      by,
      limit: fc.integer({ min: 1, max: 4 }),
      lost: fc.boolean(),
    }),
  },
)

/** What a client knows of a room it is in. */
interface KnownRoom {
  readonly state: Map<string, string>
  timeline: string[]
}

/** One client: applies answers and knows nothing else. */
class Client {
  readonly device: Device
  readonly #server: () => TestServer
  readonly #stateAfter: boolean
  readonly rooms = new Map<string, KnownRoom>()
  #since: string | undefined

  constructor(server: () => TestServer, device: Device, stateAfter: boolean) {
    this.#server = server
    this.device = device
    this.#stateAfter = stateAfter
  }

  async poll(limit: number, lost: boolean): Promise<void> {
    const answer = await this.#server().poll(this.device, {
      since: this.#since,
      filter: { room: { timeline: { limit } } },
      ...(this.#stateAfter && { stateAfter: 'state_after' as const }),
    })
    if (!lost) this.#apply(answer)
  }

  #apply({ rooms, next_batch: next }: Answer) {
    this.#since = next
    for (const [roomId, room] of Object.entries(rooms?.join ?? {})) this.#applyRoom(roomId, room)
    for (const roomId of Object.keys(rooms?.leave ?? {})) this.rooms.delete(roomId)
  }

  #applyRoom(roomId: string, room: RoomAnswer) {
    const known = this.rooms.get(roomId) ?? { state: new Map(), timeline: [] }
    this.rooms.set(roomId, known)
    const told = this.#stateAfter ? room.state_after : room.state
    const events = [...(told?.events ?? []), ...(this.#stateAfter ? [] : room.timeline.events)]
    for (const event of events)
      if (event.state_key !== undefined) known.state.set(`${event.type} ${event.state_key}`, event.event_id)
    const shown = room.timeline.events.map((event) => event.event_id)
    known.timeline = room.timeline.limited ? shown : [...known.timeline, ...shown]
  }
}

async function act(
  server: TestServer,
  devices: readonly Device[],
  roomIds: readonly string[],
  step: Exclude<Step, { do: 'poll' }>,
) {
  const roomId = roomIds[step.room] as string
  const [alice] = devices as [Device]
  if ('target' in step) {
    const target = (devices[step.target] as Device).userId
    return server.rooms[step.do](roomId, { by: alice, target })
  }
  const by = devices['by' in step ? step.by : 0] as Device
  const text = String(Math.random())
  if (step.do === 'say') return say(server, roomId, by, text)
  if (step.do === 'join' || step.do === 'leave') return server.rooms[step.do](roomId, { by })
  if (step.do === 'name' || step.do === 'topic')
    return server.rooms.sendState(roomId, {
      by: alice,
      type: `m.room.${step.do}`,
      stateKey: '',
      content: { [step.do]: text },
    })
  const content = { membership: 'join', displayname: text }
  return server.rooms.sendState(roomId, { by, type: 'm.room.member', stateKey: by.userId, content })
}

/** The server's own view: current state by key, and the end of the timeline. */
async function truth(server: TestServer, roomId: string, device: Device) {
  const room = await server.rooms.byId(roomId)
  assert.ok(room)
  const state = new Map<string, string>()
  for (const [type, stateKey, nid] of room.stateEntries()) {
    const [event] = await room.events([nid])
    state.set(`${type} ${stateKey}`, event?.eventId ?? '')
  }
  const { chunk } = JSON.parse(await server.rooms.messages(roomId, { by: device, dir: 'b', limit: 1000 })) as {
    chunk: { event_id: string }[]
  }
  return {
    isJoined: room.localJoined.has(device.userNid),
    state,
    timeline: chunk.map((event) => event.event_id).toReversed(),
  }
}

async function run(steps: readonly Step[], forgetful: boolean) {
  await using folder = await temporaryFolder()
  let server = await openTestServer({ folder: folder.path })
  try {
    const devices: Device[] = []
    for (const name of userNames) devices.push(await server.device(name))
    const [alice] = devices as [Device, Device, Device]
    const roomIds: string[] = []
    for (let i = 0; i < roomCount; i++)
      roomIds.push(await server.rooms.create({ by: alice, request: { preset: 'public_chat' } }))
    const clients = devices.map((device, i) => new Client(() => server, device, i === 1))
    for (const [i, each] of steps.entries()) {
      if (each.do === 'poll') await clients[each.by]?.poll(each.limit, each.lost)
      // What the room does not allow is part of the game.
      else await act(server, devices, roomIds, each).catch(() => undefined)
      if (!forgetful || i !== Math.floor(steps.length / 2)) continue
      await server[Symbol.asyncDispose]()
      server = await openTestServer({ folder: folder.path })
    }
    for (const client of clients) {
      await client.poll(3, false)
      for (const roomId of roomIds) {
        const known = client.rooms.get(roomId)
        const actual = await truth(server, roomId, client.device).catch(() => undefined)
        assert.equal(known !== undefined, actual?.isJoined === true)
        if (!known || !actual) continue
        assert.deepEqual(Object.fromEntries(known.state), Object.fromEntries(actual.state))
        assert.deepEqual(known.timeline, actual.timeline.slice(-known.timeline.length))
      }
    }
  } finally {
    await server[Symbol.asyncDispose]()
  }
}

test('a client that applies answers ends with the state of the server', async () => {
  const history = fc.array(step, { minLength: 5, maxLength: 40 })
  await fc.assert(fc.asyncProperty(history, fc.boolean(), run), { numRuns: 40 })
})
