// The push rules of one user made ready for the events of rooms.
import { defaultPushRules, evaluate } from '@myelin/algorithms/push-rules'
import type { PushAction, PushRuleset } from '@myelin/algorithms/push-rule'
import { contentText } from '../rooms/context.ts'
import type { HotRoom } from '../rooms/hot-room.ts'
import { powerLevelsOf } from '../rooms/power.ts'
import type { RoomEvent } from '../rooms/room-event.ts'

/** What rules make of an event for one user. */
export interface Outcome {
  readonly notify: boolean
  readonly highlight: boolean
  /** Actions of the rule that matched. */
  readonly actions: readonly PushAction[]
}

/** The rules of a user, ready. */
export type Evaluate = (event: RoomEvent, room: HotRoom) => Outcome

/** Makes a user's rules ready; without rules, the default ones. */
export function evaluatorOf(userId: string, rules: PushRuleset = defaultPushRules(userId)): Evaluate {
  return (event, room) => {
    const fields = {
      type: event.type,
      sender: event.sender,
      content: event.content,
      room_id: room.roomId,
      ...(event.stateKey !== undefined && { state_key: event.stateKey }),
    }
    const { notify, highlight, rule } = evaluate(rules, fields, {
      userId,
      roomId: room.roomId,
      displayName: displayName(room, userId),
      memberCount: room.joinedCount,
      // Asked for by room-wide mentions only.
      get levels() {
        return powerLevelsOf(room)
      },
    })
    return { notify, highlight, actions: rule?.actions ?? [] }
  }
}

/** As far as the member event is in memory: rules on display names are the old clients' own, the default ones have none. */
function displayName(room: HotRoom, userId: string): string | undefined {
  const nid = room.stateNid('m.room.member', userId)
  return nid === 0 ? undefined : contentText(room.event(nid)?.content, 'displayname')
}
