// The state of a room before an event, and what authorises events, for other servers.
import { MatrixError } from '@myelin/protocol/errors'
import { authChain } from './auth-chain.ts'
import type { RoomsContext } from './context.ts'
import { rootBeforeEvent } from './dag-state.ts'
import type { HotRoom } from './hot-room.ts'
import { requireWholeState } from './partial-state.ts'
import { eventFlag, type RoomEvent } from './room-event.ts'
import { type ServerRoom, useSharedEvents } from './server-access.ts'
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
    const streamed = streamState(context, room, { nids: nidsOf(room, root), as: ({ eventId }) => eventId })
    const state = await Array.fromAsync(streamed.state)
    return { state, authChain: await Array.fromAsync(streamed.authChain) }
  })
}

/** The auth chain of an event as JSON texts. https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1event_authroomideventid */
export function eventAuth(context: RoomsContext, asked: ServerEvent): Promise<string[]> {
  return useEvent(context, asked, async (_, event) =>
    (await authChain(context.store.read, [event])).map(({ json }) => json),
  )
}

function useStateBefore<T>(
  context: RoomsContext,
  asked: ServerEvent,
  use: (room: HotRoom, root: number) => Promise<T>,
): Promise<T> {
  return useEvent(context, asked, async (room, event) => {
    requireWholeState(room)
    if ((event.flags & eventFlag.outlier) !== 0)
      throw new MatrixError('M_NOT_FOUND', 'The state at this event is not known here')
    return use(room, await rootBeforeEvent(context, room, event))
  })
}

function useEvent<T>(
  context: RoomsContext,
  { eventId, ...asked }: ServerEvent,
  use: (room: HotRoom, event: RoomEvent) => Promise<T>,
): Promise<T> {
  return useSharedEvents(context, { ...asked, eventIds: [eventId] }, async (room, [event]) => {
    if (!event) throw new MatrixError('M_NOT_FOUND', 'There is no such event')
    return use(room, event)
  })
}
