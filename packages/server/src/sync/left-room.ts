// One room the user left or was banned from, up to that event.
import type { HotRoom } from '../rooms/hot-room.ts'
import type { SyncParts } from './parts.ts'
import { roomTimeline, stateField, stateSection, stateTexts, timelineField, viewerOf } from './room-fields.ts'
import type { Timeline } from './timeline.ts'
import type { View } from './view.ts'

export interface LeftRoom {
  readonly room: HotRoom
  /** The leave or ban. */
  readonly eventNid: number
  /** Its place in the timeline. */
  readonly leftAt: number
  /** The user was in the room at `since`: the client goes on from there. */
  readonly wasJoined: boolean
  /** The user was in the room at some time and has not forgotten it, so that there is a timeline to show. */
  readonly everJoined: boolean
}

/** `"!room":{…}` */
export async function leftRoom(parts: SyncParts, view: View, left: LeftRoom): Promise<string> {
  const { room, leftAt } = left
  const viewer = viewerOf(view, leftAt)
  const timeline = left.everJoined ? await timelineUpTo(parts, view, left) : await onlyTheLeave(left)
  const state = left.everJoined
    ? await stateSection(parts, view, {
        room,
        timeline,
        to: leftAt,
        full: !left.wasJoined || view.fullState,
        alsoMembers: async () => [],
      })
    : []
  const fields = [
    await timelineField(parts, { room, viewer, timeline }),
    stateField(view, await stateTexts(parts, view, { room, state })),
    '"account_data":{"events":[]}',
  ]
  return `${JSON.stringify(room.roomId)}:{${fields.join(',')}}`
}

function timelineUpTo(parts: SyncParts, view: View, { room, leftAt, wasJoined }: LeftRoom): Promise<Timeline> {
  const after = wasJoined ? view.since : 0
  // Without a break in the room since `after`: visible. Otherwise each event is looked at, the leave itself apart.
  return roomTimeline(parts, view, {
    room,
    after,
    to: leftAt,
    joinedAt: wasJoined ? 0 : leftAt,
    viewer: viewerOf(view, leftAt),
  })
}

/** An invite declined or withdrawn, a knock denied, a room forgotten: of the room itself the user sees nothing. */
async function onlyTheLeave({ room, eventNid, leftAt }: LeftRoom): Promise<Timeline> {
  const events = await room.events([eventNid])
  return { events, limited: false, startsAfter: leftAt - 1 }
}
