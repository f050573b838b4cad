// One simulation: servers and users of a seed, things that happen, a network that heals, and whether all is well then.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { actionWeights, actions, createRoom, enter } from './actions.ts'
import { barredServers, differences } from './agreement.ts'
import { addSync, sync, type ClientView } from './client-view.ts'
import { Clock } from './clock.ts'
import { Community } from './community.ts'
import { FakeNetwork, fair } from './network.ts'
import { Random } from './random.ts'
import { referenceDifferences } from './reference-check.ts'
import { copyOf, type RoomCopy } from './room-copy.ts'
import { forgottenChanges, journalGaps, lostEvents, syncDifferences } from './server-checks.ts'
import { SimulatedServer, simulatedKeyId } from './server.ts'
import { Trace } from './trace.ts'
import { SimulatedUser } from './user.ts'

export interface SimulationOptions {
  readonly seed: number
  /** How many things happen; the seed decides unless told. */
  readonly steps?: number | undefined
}

export interface Outcome {
  readonly seed: number
  readonly steps: number
  readonly servers: number
  readonly rooms: number
  readonly events: number
  /** The same for two runs that went the same way. */
  readonly digest: string
  /** What is wrong; empty when all is well. */
  readonly problems: readonly string[]
  /** The end of what happened. */
  readonly trace: readonly string[]
}

const settleMaxMs = 30 * 60_000
const traceLinesShown = 60

/** Runs a seed from its beginning to its checks. */
export async function simulate({ seed, steps }: SimulationOptions): Promise<Outcome> {
  const simulation = new Simulation(seed, steps)
  try {
    return await simulation.run()
  } finally {
    simulation[Symbol.dispose]()
  }
}

/** In memory where the system has a place for that. */
const temporary = (): string => (existsSync('/dev/shm') ? '/dev/shm' : tmpdir())

export class Simulation implements Disposable {
  readonly #seed: number
  readonly #random: Random
  readonly #steps: number
  readonly #clock = new Clock()
  readonly #trace = new Trace(this.#clock)
  readonly #network: FakeNetwork
  readonly #errors: string[] = []
  readonly #folder = mkdtempSync(join(temporary(), 'myelin-simulation-'))
  readonly community: Community
  readonly #views = new Map<SimulatedUser, ClientView>()
  readonly #syncing = new Set<SimulatedUser>()
  readonly #working = new Set<Promise<unknown>>()

  constructor(seed: number, steps: number | undefined) {
    this.#seed = seed
    this.#random = new Random(seed)
    const random = this.#random
    const decided = random.between(60, 160) // whether it is used or not, so that a number of steps changes nothing else
    this.#steps = steps ?? decided
    this.#network = new FakeNetwork(this.#clock, random.fork(), this.#trace)
    const world = { clock: this.#clock, network: this.#network, trace: this.#trace, errors: this.#errors }
    const count = random.chance(0.1) ? random.between(6, 10) : random.between(3, 5)
    const names = Array.from({ length: count }, (_, index) => `${String.fromCharCode(97 + index)}.test`)
    const servers = names.map(
      (serverName) => new SimulatedServer(world, { serverName, folder: this.#folder, random: random.fork() }),
    )
    const users = servers.flatMap((server) =>
      ['u', 'v', 'w']
        .slice(0, random.between(1, 3))
        .map((name) => new SimulatedUser(name, server, { clock: this.#clock, random: random.fork() })),
    )
    this.community = new Community({ servers, users, random: random.fork() })
    for (const user of users) this.#views.set(user, new Map())
  }

  [Symbol.dispose](): void {
    for (const server of this.community.servers) server[Symbol.dispose]()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async run(): Promise<Outcome> {
    const problems: string[] = []
    try {
      await this.#begin()
      for (let step = 0; step < this.#steps; step++) await this.#step()
      await this.#settle()
      await this.#enterAgain()
      await this.#merge()
      problems.push(...(await this.#check()))
    } catch (error) {
      problems.push(error instanceof Error ? (error.stack ?? error.message) : String(error))
    }
    problems.push(...this.#errors)
    return {
      seed: this.#seed,
      steps: this.#steps,
      servers: this.community.servers.length,
      rooms: this.community.rooms.length,
      events: this.community.acknowledged.length,
      digest: this.#trace.digest,
      problems,
      trace: this.#trace.last(traceLinesShown),
    }
  }

  async #begin(): Promise<void> {
    const { servers, users } = this.community
    await this.#clock.until(Promise.all(servers.map((server) => server.start())))
    await this.#clock.until(Promise.all(users.map((user) => user.register())))
    await this.#clock.until(this.#meet())
    const founders = [this.#random.pick(users), this.#random.pick(users)]
    await this.#clock.until(Promise.all(founders.map((user) => createRoom(this.community, user))))
    await this.#clock.advance(100)
    const joins = users
      .slice(0, 2)
      .flatMap((user) => this.community.rooms.map((room) => enter({ community: this.community, user, room }, 'join')))
    await this.#clock.until(Promise.all(joins))
  }

  /** Every server gets the keys of all others: what nobody can check is dropped, and would be missed in the end. */
  async #meet(): Promise<void> {
    const { servers } = this.community
    for (const { services } of servers)
      await Promise.all(servers.map(({ serverName }) => services.federation.keyring.key(serverName, simulatedKeyId, 0)))
  }

  async #step(): Promise<void> {
    const random = this.#random
    if (random.chance(0.05)) this.#disturb()
    else if (random.chance(0.15)) void this.#sync(random.pick(this.community.users))
    else if (random.chance(0.02)) void this.#act('createRoom')
    else void this.#act(random.weighted(actionWeights))
    await this.#clock.advance(random.chance(0.1) ? random.between(1_000, 15_000) : random.between(0, 150))
  }

  #disturb(): void {
    const random = this.#random
    const { servers } = this.community
    const what = random.weighted({ cut: 4, heal: 4, weather: 4, crash: 4, stop: 2, start: 8, evict: 3 })
    this.#trace.add(`* ${what}`)
    const server = random.pick(servers)
    if (what === 'cut') this.#network.cut(new Map(servers.map(({ serverName }) => [serverName, random.between(0, 1)])))
    else if (what === 'heal') this.#network.heal()
    else if (what === 'weather')
      this.#network.weather = {
        lossProbability: random.pick([0, 0.02, 0.1, 0.3]),
        repeatProbability: random.pick([0, 0.05, 0.3]),
        latencyMaxMs: random.pick([20, 200, 2_000]),
      }
    else if (what === 'crash') server.crash()
    else if (what === 'stop') this.#work(server.stop())
    else if (what === 'evict') {
      if (server.isRunning) server.services.rooms.context.hotRooms.forgetAll()
    } else for (const each of servers) this.#start(each)
  }

  readonly #starting = new Set<SimulatedServer>()
  #start(server: SimulatedServer): void {
    if (server.isRunning || this.#starting.has(server)) return
    this.#starting.add(server)
    const earlier = [...this.#working]
    this.#work(
      (async () => {
        await Promise.all(earlier) // it may still be stopping
        await server.start()
      })().finally(() => this.#starting.delete(server)),
    )
  }

  /** Keeps account of what goes on beside the steps; what it fails with ends the simulation. */
  #work(work: Promise<unknown>): void {
    const kept: Promise<unknown> = work
      .catch((error: unknown) => void this.#errors.push(error instanceof Error ? (error.stack ?? '') : String(error)))
      .finally(() => this.#working.delete(kept))
    this.#working.add(kept)
  }

  async #act(name: keyof typeof actions | 'createRoom'): Promise<void> {
    const community = this.community
    const user = community.actor()
    if (!user.server.isRunning) return
    if (name === 'createRoom') return this.#note(user, name, '', createRoom(community, user))
    const room = community.roomFor(user)
    if (room) return this.#note(user, name, room.roomId, actions[name]({ community, user, room }))
  }

  async #note(
    user: SimulatedUser,
    name: string,
    roomId: string,
    doing: ReturnType<SimulatedUser['call']>,
  ): Promise<void> {
    const { status, body } = await doing
    this.#trace.add(`${user.userId} ${name} ${roomId} ${status} ${JSON.stringify(body).slice(0, 200)}`)
    if (status === 500) this.#errors.push(`${user.userId} ${name}: ${JSON.stringify(body)}`)
  }

  async #sync(user: SimulatedUser): Promise<void> {
    if (this.#syncing.has(user) || !user.server.isRunning) return
    this.#syncing.add(user)
    try {
      const body = await sync(user, { since: user.since, timeoutMs: this.#random.pick([0, 0, 5_000]) })
      if (body === undefined) return
      addSync(this.#views.get(user)!, body)
      user.since = body.next_batch
      this.#trace.add(`${user.userId} has synced to ${user.since}`)
    } catch (error) {
      this.#errors.push(String(error))
    } finally {
      this.#syncing.delete(user)
    }
  }

  /** The network heals, everybody is there, and all that is on its way arrives. */
  async #settle(): Promise<void> {
    this.#network.heal()
    this.#network.weather = fair
    for (const server of this.community.servers) this.#start(server)
    const end = this.#clock.ms + settleMaxMs
    let quiet = 0
    while (quiet < 3) {
      if (this.#clock.ms > end) throw new Error(`It does not come to rest: ${this.#unrest()}`)
      await this.#clock.advance(1_000)
      quiet = this.#unrest() === '' ? quiet + 1 : 0
    }
  }

  #unrest(): string {
    const { servers } = this.community
    if (this.#working.size > 0) return 'servers start or stop'
    if (this.#network.underWay > 0) return `${this.#network.underWay} requests`
    const staged = servers.find(({ services }) => services.rooms.stagedEvents.size > 0)
    if (staged) return `events wait at ${staged.serverName}`
    const waiting = servers.flatMap(({ services, serverName }) =>
      (services.federation.sender?.statuses() ?? [])
        .filter(
          ({ queuedPdus, queuedEdus, lag, isCatchingUp }) =>
            queuedPdus > 0 || queuedEdus > 0 || lag > 0 || isCatchingUp,
        )
        .map((status) => `${serverName} to ${JSON.stringify(status)}`),
    )
    return waiting.join('; ')
  }

  /** Users whose join got lost half-way try again: others think they are in, their own server does not. */
  async #enterAgain(): Promise<void> {
    const community = this.community
    for (const room of community.rooms)
      for (const user of await this.#halfJoined(room.roomId))
        await this.#clock.until(this.#note(user, 'join again', room.roomId, enter({ community, user, room }, 'join')))
    await this.#settle()
  }

  async #halfJoined(roomId: string): Promise<SimulatedUser[]> {
    const copies = (await this.#copiesOf(roomId)).filter(({ isIn }) => isIn)
    return this.community.users.filter(({ userId, server }) => {
      const isJoined = (copy: RoomCopy) => copy.members.get(userId) === 'join'
      const own = copies.find(({ serverName }) => serverName === server.serverName)
      return copies.some(isJoined) && !(own && isJoined(own))
    })
  }

  async #copiesOf(roomId: string): Promise<RoomCopy[]> {
    const copies = await Promise.all(this.community.servers.map(({ services }) => copyOf(services, roomId)))
    return copies.filter((copy) => copy !== undefined)
  }

  /** Somebody of every server says something in every room, so that all heads meet. */
  async #merge(): Promise<void> {
    const { servers, rooms } = this.community
    for (const server of servers) {
      await this.#clock.until(Promise.all(rooms.map(({ roomId }) => this.#sayOnce(server, roomId))))
      await this.#settle()
    }
  }

  async #sayOnce(server: SimulatedServer, roomId: string): Promise<void> {
    for (const user of this.community.users.filter((each) => each.server === server)) {
      const path = `/rooms/${encodeURIComponent(roomId)}/send/m.room.message/merge`
      const reply = await user.call('PUT', path, { msgtype: 'm.text', body: 'Is everybody here?' })
      if (reply.status === 200)
        return this.community.acknowledge(user, { roomId, eventId: reply.body.event_id, isRedactable: false })
    }
  }

  async #check(): Promise<string[]> {
    const { servers, users, rooms, acknowledged } = this.community
    const problems: string[] = []
    for (const { roomId, version } of rooms) {
      const copies = await this.#copiesOf(roomId)
      const barred = barredServers(copies)
      const heard = copies.filter(({ serverName }) => !barred.has(serverName))
      const judged = copies.filter(({ isIn, isTold }) => isIn || !isTold)
      for (const text of [...differences(heard, barred), ...judged.flatMap(referenceDifferences)])
        problems.push(`${roomId} (version ${version}): ${text}`)
      for (const server of servers) problems.push(...(await forgottenChanges(server, roomId)))
    }
    for (const server of servers) problems.push(...(await journalGaps(server)))
    problems.push(...(await lostEvents(acknowledged)))
    for (const user of users) problems.push(...(await this.#clock.until(syncDifferences(user, this.#views.get(user)!))))
    return problems
  }
}
