// Who stands for a room without a name. Looked up once per room and again only when one of them changes, because looking
// them up goes through every member.
import { heroRoomsRememberedMax } from '../limits.ts'
import type { Reader } from '../store/store.ts'
import { firstFormerMembers, firstMembers, type FirstMember } from '../store/user-rooms.ts'

/** "This should be the first 5 members of the room, ordered by stream ordering, which are joined or invited." */
const heroesMax = 5

export class Heroes {
  readonly #read: Reader
  /** The first members, one more than are shown, for the list never holds the user who asks. */
  readonly #byRoom = new Map<number, readonly FirstMember[]>()

  constructor(read: Reader) {
    this.#read = read
  }

  /** The heroes of a room for one of its members; when nobody else is there, "the banned and left users". */
  async of(roomNid: number, userNid: number): Promise<string[]> {
    const found = namesWithout(await this.#first(roomNid), userNid)
    return found.length > 0
      ? found
      : namesWithout(await firstFormerMembers(this.#read, roomNid, heroesMax + 1), userNid)
  }

  /** A membership changed. Who comes new stands behind those who are known. */
  changed(roomNid: number, userNid: number): void {
    const known = this.#byRoom.get(roomNid)
    if (known && (known.length <= heroesMax || known.some((member) => member.userNid === userNid)))
      this.#byRoom.delete(roomNid)
  }

  /** Members came into the room other than by its events. */
  forget(roomNid: number): void {
    this.#byRoom.delete(roomNid)
  }

  async #first(roomNid: number): Promise<readonly FirstMember[]> {
    const known = this.#byRoom.get(roomNid)
    if (known) return known
    const found = await firstMembers(this.#read, roomNid, heroesMax + 1)
    if (this.#byRoom.size >= heroRoomsRememberedMax) this.#byRoom.clear()
    this.#byRoom.set(roomNid, found)
    return found
  }
}

const namesWithout = (members: readonly FirstMember[], userNid: number): string[] =>
  members
    .filter((member) => member.userNid !== userNid)
    .slice(0, heroesMax)
    .map((member) => member.userId)
