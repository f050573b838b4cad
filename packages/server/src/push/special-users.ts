// Users whose outcome is not everybody's: they changed their push rules or ignore somebody. They are few and in memory,
// and per room it is known who of them is in it, so that an event costs nothing for the others.
import type { HotRoom } from '../rooms/hot-room.ts'
import { pushSpecialRoomsMax } from '../limits.ts'

/** Which of some users are in which room. */
export class SpecialUsers {
  readonly #users = new Set<number>()
  readonly #byRoom = new Map<number, readonly number[]>()

  /** The user is one from now on, or no longer. */
  set(userNid: number, isSpecial: boolean): void {
    if (this.#users.has(userNid) === isSpecial) return
    if (isSpecial) this.#users.add(userNid)
    else this.#users.delete(userNid)
    this.#byRoom.clear()
  }

  /** Somebody comes to a room or leaves it. */
  membersChange(roomNid: number): void {
    this.#byRoom.delete(roomNid)
  }

  /** Those joined to a room. */
  in(room: HotRoom): readonly number[] {
    if (this.#users.size === 0) return nobody
    const known = this.#byRoom.get(room.nid)
    if (known) return known
    const [few, many] =
      this.#users.size < room.localJoined.size ? [this.#users, room.localJoined] : [room.localJoined, this.#users]
    const found = Array.from(few).filter((user) => many.has(user))
    if (this.#byRoom.size >= pushSpecialRoomsMax) this.#byRoom.clear()
    this.#byRoom.set(room.nid, found)
    return found
  }

  /** After a failed commit memberships may be other than they seemed. */
  forgetRooms(): void {
    this.#byRoom.clear()
  }
}

const nobody: readonly number[] = []
