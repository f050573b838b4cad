// How a server stood in a past state of a room: counted from the state asked for last, by what differs. Events are served in
// stretches, and between one and the next few members come or go.
import { serverNameOf } from '@myelin/algorithms/user-id'
import type { HotRoom, ServerStanding } from './hot-room.ts'
import { membershipIn } from './member-event.ts'

/** How many users of a server had joined, and were invited. Reads the members of that server that differ, and no others. */
export async function standingOf(room: HotRoom, server: string, root: number): Promise<ServerStanding> {
  const now = currentStanding(room, server)
  if (root === room.root) return now
  const near = room.standings.get(server) ?? now
  const changes = memberChanges(room, server, { from: near.root, to: root })
  const loaded = await room.events(changes.flat().filter((nid) => nid !== 0))
  const memberships = new Map(loaded.map((event) => [event.nid, membershipIn(event)]))
  const gained = (membership: string) =>
    changes.reduce(
      (sum, [before, after]) =>
        sum + Number(memberships.get(after) === membership) - Number(memberships.get(before) === membership),
      0,
    )
  const joined = near.joined + gained('join')
  const invited = near.invited + gained('invite')
  const standing = { root: room.arena.current(root), joined, invited }
  room.standings.set(server, standing)
  return standing
}

const currentStanding = ({ root, hosts, invitedHosts }: HotRoom, server: string): ServerStanding => ({
  root,
  joined: hosts.get(server) ?? 0,
  invited: invitedHosts.get(server) ?? 0,
})

interface StateSpan {
  readonly from: number
  readonly to: number
}

/** Nids of the membership events of a server's users in two states, where they differ; 0 for none. */
function memberChanges(room: HotRoom, server: string, { from, to }: StateSpan): (readonly [number, number])[] {
  const changes: (readonly [before: number, after: number])[] = []
  room.arena.diff(from, to, (slot, before, after) => {
    const [type, userId] = room.slotKey(slot)
    if (type === 'm.room.member' && userId.endsWith(server) && serverNameOf(userId) === server)
      changes.push([before, after])
  })
  return changes
}
