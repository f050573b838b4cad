// What everybody in a simulation knows of its rooms, and what servers have acknowledged.
import type { Random } from './random.ts'
import type { SimulatedServer } from './server.ts'
import type { SimulatedUser } from './user.ts'

export interface KnownRoom {
  readonly roomId: string
  readonly version: string
}

/** An event of which a server has said that it is there. */
export interface Acknowledged {
  readonly server: SimulatedServer
  readonly roomId: string
  readonly eventId: string
  /** Somebody may come and redact it. */
  readonly isRedactable: boolean
}

export class Community {
  readonly servers: readonly SimulatedServer[]
  readonly users: readonly SimulatedUser[]
  readonly random: Random
  readonly rooms: KnownRoom[] = []
  readonly acknowledged: Acknowledged[] = []

  constructor(options: Pick<Community, 'servers' | 'users' | 'random'>) {
    this.servers = options.servers
    this.users = options.users
    this.random = options.random
  }

  addRoom(roomId: string, version: string): void {
    this.rooms.push({ roomId, version })
  }

  /** Somebody who acts: mostly one who is in a room. */
  actor(): SimulatedUser {
    const members = this.users.filter(({ rooms }) => rooms.size > 0)
    return this.random.pick(members.length > 0 && this.random.chance(0.95) ? members : this.users)
  }

  /** A room the user thinks to be in, rarely any. */
  roomFor(user: SimulatedUser): KnownRoom | undefined {
    const { random } = this
    const own = this.rooms.filter(({ roomId }) => user.rooms.has(roomId))
    if (own.length > 0 && random.chance(0.98)) return random.pick(own)
    return this.rooms.length > 0 ? random.pick(this.rooms) : undefined
  }

  /** A user and a room that the user is not thought to be in. */
  outsider(): { readonly user: SimulatedUser; readonly room: KnownRoom } | undefined {
    const pairs = this.users.flatMap((user) =>
      this.rooms.filter(({ roomId }) => !user.rooms.has(roomId)).map((room) => ({ user, room })),
    )
    return pairs.length > 0 ? this.random.pick(pairs) : undefined
  }

  /** Some other user. */
  otherThan(user: SimulatedUser): SimulatedUser {
    return this.random.pick(this.users.filter((each) => each !== user))
  }

  acknowledge({ server }: SimulatedUser, event: Omit<Acknowledged, 'server'>): void {
    this.acknowledged.push({ server, ...event })
  }

  /** An event of the room that somebody has sent. */
  eventOf(roomId: string): string | undefined {
    const events = this.acknowledged.filter((each) => each.roomId === roomId && each.isRedactable)
    return events.length > 0 ? this.random.pick(events).eventId : undefined
  }

  /** Servers that may be in the room, as a client would name them. */
  via(roomId: string): string {
    const servers = this.users.filter(({ rooms }) => rooms.has(roomId)).map(({ server }) => server.serverName)
    return [...new Set(servers)].map((name) => `via=${name}`).join('&')
  }
}
