// Which member events each device has been told, so that lazy loading does not repeat them.
// https://spec.matrix.org/v1.19/client-server-api/#lazy-loading-room-members
import { lazyMembersRememberedMax } from '../limits.ts'

/** Member slots of a room → position of the answer that carried them. */
type Told = Map<number, number>

/** Remembers by device and room. What is forgotten is sent again, which is allowed. */
export class LazyMembers {
  /** In order of last use. */
  readonly #devices = new Map<number, Map<number, Told>>()
  #size = 0

  /** The device starts anew: an initial sync. */
  forget(deviceNid: number): void {
    for (const told of this.#devices.get(deviceNid)?.values() ?? []) this.#size -= told.size
    this.#devices.delete(deviceNid)
  }

  /**
   * Whether the device surely has the member event of a slot: an answer carried it whose token the device has come
   * back with. An answer that was lost on its way does not count.
   */
  knows(deviceNid: number, roomNid: number, member: { readonly slot: number; readonly since: number }): boolean {
    const position = this.#devices.get(deviceNid)?.get(roomNid)?.get(member.slot)
    return position !== undefined && position <= member.since
  }

  /** Notes that an answer with token `position` carries the member events of these slots. */
  tell(
    deviceNid: number,
    roomNid: number,
    members: { readonly slots: Iterable<number>; readonly position: number },
  ): void {
    const rooms = this.#devices.get(deviceNid) ?? new Map<number, Told>()
    this.#devices.delete(deviceNid)
    this.#devices.set(deviceNid, rooms)
    const told = rooms.get(roomNid) ?? new Map<number, number>()
    rooms.set(roomNid, told)
    for (const slot of members.slots) {
      if (told.has(slot)) continue
      told.set(slot, members.position)
      this.#size++
    }
    this.#evict(deviceNid)
  }

  #evict(keep: number) {
    for (const device of this.#devices.keys()) {
      if (this.#size <= lazyMembersRememberedMax || device === keep) return
      this.forget(device)
    }
  }
}
