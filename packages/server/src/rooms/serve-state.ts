// The state of a room before an event, and what authorises events, for other servers.
import { MatrixError } from '@myelin/protocol/errors'
import { authChain } from './auth-chain.ts'
import type { RoomsContext } from './context.ts'
import { rootBeforeEvent } from './dag-state.ts'
import type { HotRoom } from './hot-room.ts'
import { requireWholeState } from './partial-state.ts'
import { eventFlag, type RoomEvent } from './room-event.ts'
import { type ServerRoom, useSharedRoom } from './server-access.ts'
import { findEvent } from './stored-event.ts'
import { nidsOf, streamState, type StreamedState } from './stream-state.ts'

export interface ServerEvent extends ServerRoom {
  readonly eventId: string
}

/** State and auth chain as ids. */
export interface StateIds {
  readonly state: readonly string[]
  readonly authChain: readonly string[]
}

/** The state before an event as JSON texts. https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1stateroomid */
export function stateForServer(context: RoomsContext, asked: ServerEvent): Promise<StreamedState> {
  return useStateBefore(context, asked, async (room, root) => streamState(context, room, { nids: nidsOf(room, root) }))
}

/** The same as event ids. https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1state_idsroomid */
export function stateIdsForServer(context: RoomsContext, asked: ServerEvent): Promise<StateIds> {
  return useStateBefore(context, asked, async (room, root) => {
    const state = await room.events(nidsOf(room, root))
    const ids = (events: readonly { readonly eventId: string }[]) => events.map(({ eventId }) => eventId)
    return { state: ids(state), authChain: ids(await authChain(context.store.read, state)) }
  })
}

/** The auth chain of an event as JSON texts. https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1event_authroomideventid */
export function eventAuth(context: RoomsContext, asked: ServerEvent): Promise<string[]> {
  return useSharedRoom(context, asked, async (room) => {
    const event = await knownEvent(context, room, asked.eventId)
    return (await authChain(context.store.read, [event])).map(({ json }) => json)
  })
}

function useStateBefore<T>(
  context: RoomsContext,
  asked: ServerEvent,
  use: (room: HotRoom, root: number) => Promise<T>,
): Promise<T> {
  return useSharedRoom(context, asked, async (room) => {
    const event = await knownEvent(context, room, asked.eventId)
    requireWholeState(room)
    if ((event.flags & eventFlag.outlier) !== 0)
      throw new MatrixError('M_NOT_FOUND', 'The state at this event is not known here')
    return use(room, await rootBeforeEvent(context, room, event))
  })
}

async function knownEvent(context: RoomsContext, room: HotRoom, eventId: string): Promise<RoomEvent> {
  const event = await findEvent(context, room, eventId)
  if (!event) throw new MatrixError('M_NOT_FOUND', 'There is no such event')
  return event
}
