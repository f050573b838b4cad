// Spaces of other servers, remembered for a while, and walks through spaces that clients have not ended.
import type { ResponseOf } from '@myelin/protocol/endpoint'
import { getSpaceHierarchy } from '@myelin/protocol/server-server/space_hierarchy'
import type { Environment } from '../environment.ts'
import { BoundedMap } from '../federation/bounded-map.ts'
import { FederationError } from '../federation/federation-error.ts'
import { RememberedAnswers } from '../federation/remembered-answers.ts'
import { spaceCachedMs, spacesRememberedMax, spaceServersTriedMax, spaceTimeoutMs, spaceWalksMax } from '../limits.ts'
import type { RoomsContext } from './context.ts'
import { federationOf } from './read-incoming.ts'
import { type ChildState, readChildren, spaceType } from './space-children.ts'
import type { SpaceWalk } from './space-hierarchy.ts'
import type { RoomDescription } from './summary.ts'

/** A space as another server describes it. */
export interface RemoteSpace {
  readonly room: RoomDescription
  readonly childrenState: readonly ChildState[]
  /** Its children, as far as that server knows them, by id. */
  readonly children: ReadonlyMap<string, RoomDescription>
  /** Ids of children that this server may not know of. */
  readonly inaccessible: ReadonlySet<string>
}

export interface RemoteSpaceQuery {
  readonly roomId: string
  /** To ask in this order. */
  readonly servers: readonly string[]
  readonly suggestedOnly: boolean
}

export class Spaces {
  /** Walks by the token of where they go on. */
  readonly walks = new BoundedMap<SpaceWalk>(spaceWalksMax)
  readonly #remote: RememberedAnswers

  constructor(environment: Environment) {
    this.#remote = new RememberedAnswers({ environment, answersMax: spacesRememberedMax, keptMs: spaceCachedMs })
  }

  /** Undefined where no server says anything. */
  async remote(context: RoomsContext, query: RemoteSpaceQuery): Promise<RemoteSpace | undefined> {
    const key = `${query.roomId} ${query.suggestedOnly}`
    const answer = await this.#remote.get(key, () => askServers(context, query))
    return answer === nothingSaid ? undefined : readSpace(JSON.parse(answer) as Answer)
  }
}

const nothingSaid = ''

/** What the first server says that knows it, JSON text. */
async function askServers(
  context: RoomsContext,
  { roomId, servers, suggestedOnly }: RemoteSpaceQuery,
): Promise<string> {
  if (!context.federation) return nothingSaid
  const others = servers.filter((server) => server !== context.serverName).slice(0, spaceServersTriedMax)
  for (const server of others)
    try {
      const input = { path: { roomId }, query: suggestedOnly ? { suggested_only: true } : {} }
      const options = { timeoutMs: spaceTimeoutMs }
      const answer = await federationOf(context).peers.call(server, getSpaceHierarchy, input, options)
      if (answer.room.room_id === roomId) return JSON.stringify(answer)
    } catch (error) {
      if (!(error instanceof FederationError)) throw error // the next server may know it
    }
  return nothingSaid
}

type Answer = ResponseOf<typeof getSpaceHierarchy>

function readSpace({ room, children, inaccessible_children: inaccessible }: Answer): RemoteSpace {
  const { children_state: childrenState, ...described } = room
  const childIds = new Set(childrenState.map(({ state_key: roomId }) => roomId))
  return {
    room: described as RoomDescription,
    childrenState: room.room_type === spaceType ? readChildren(childrenState) : [],
    children: new Map(
      children.flatMap((child) => (childIds.has(child.room_id) ? [[child.room_id, child as RoomDescription]] : [])),
    ),
    inaccessible: new Set(inaccessible),
  }
}
