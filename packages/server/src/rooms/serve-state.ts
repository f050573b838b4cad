// The state of a room before an event, and what authorises events, for other servers.
import { MatrixError } from '@myelin/protocol/errors'
import { authChain } from './auth-chain.ts'
import type { RoomsContext } from './context.ts'
import { rootBeforeEvent } from './dag-state.ts'
import type { HotRoom } from './hot-room.ts'
import { eventFlag, type RoomEvent } from './room-event.ts'
import { type ServerRoom, useSharedRoom } from './server-access.ts'
import { findEvent } from './stored-event.ts'

export interface ServerEvent extends ServerRoom {
  readonly eventId: string
}

/** State and auth chain, whole events or ids. */
export interface ServedState<T> {
  readonly state: readonly T[]
  readonly authChain: readonly T[]
}

/** The state before an event as JSON texts. https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1stateroomid */
export const stateForServer = async (context: RoomsContext, asked: ServerEvent): Promise<ServedState<string>> =>
  mapped(await stateBeforeEvent(context, asked), ({ json }) => json)

/** The same as event ids. https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1state_idsroomid */
export const stateIdsForServer = async (context: RoomsContext, asked: ServerEvent): Promise<ServedState<string>> =>
  mapped(await stateBeforeEvent(context, asked), ({ eventId }) => eventId)

/** The auth chain of an event as JSON texts. https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1event_authroomideventid */
export function eventAuth(context: RoomsContext, asked: ServerEvent): Promise<string[]> {
  return useSharedRoom(context, asked, async (room) => {
    const event = await knownEvent(context, room, asked.eventId)
    return (await authChain(context.store.read, [event])).map(({ json }) => json)
  })
}

interface EventText {
  readonly eventId: string
  readonly json: string
}

const mapped = <T>({ state, authChain: chain }: ServedState<EventText>, of: (event: EventText) => T) => ({
  state: state.map(of),
  authChain: chain.map(of),
})

function stateBeforeEvent(context: RoomsContext, asked: ServerEvent): Promise<ServedState<EventText>> {
  return useSharedRoom(context, asked, async (room) => {
    const event = await knownEvent(context, room, asked.eventId)
    if ((event.flags & eventFlag.outlier) !== 0)
      throw new MatrixError('M_NOT_FOUND', 'The state at this event is not known here')
    return stateAt(context, room, await rootBeforeEvent(context, room, event))
  })
}

/** The events of a state with their auth chain. */
export async function stateAt(context: RoomsContext, room: HotRoom, root: number): Promise<ServedState<EventText>> {
  const state = await room.events(Array.from(room.stateEntries(root), ([, , nid]) => nid))
  return { state, authChain: await authChain(context.store.read, state) }
}

async function knownEvent(context: RoomsContext, room: HotRoom, eventId: string): Promise<RoomEvent> {
  const event = await findEvent(context, room, eventId)
  if (!event) throw new MatrixError('M_NOT_FOUND', 'There is no such event')
  return event
}
