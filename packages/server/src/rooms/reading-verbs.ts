// What users read of rooms: the verbs that change nothing.
import { event, eventContext } from './event.ts'
import { explainEvent } from './explain-event.ts'
import { joinedRooms } from './joined-rooms.ts'
import { messages } from './messages.ts'
import { mutualRooms } from './mutual-rooms.ts'
import { relations, threads } from './relations.ts'
import { spaceHierarchy } from './space-hierarchy.ts'
import { joinedMembers, members, state, stateEvent } from './state.ts'
import { summary } from './summary.ts'
import { eventByTimestamp } from './timestamp-search.ts'
import type { Bind } from './server-verbs.ts'

/** The verbs, bound. */
export const readingVerbs = (bind: Bind) => ({
  state: bind(state),
  stateEvent: bind(stateEvent),
  members: bind(members),
  joinedMembers: bind(joinedMembers),
  joinedRooms: bind(joinedRooms),
  mutualRooms: bind(mutualRooms),
  messages: bind(messages),
  event: bind(event),
  eventContext: bind(eventContext),
  eventByTimestamp: bind(eventByTimestamp),
  relations: bind(relations),
  threads: bind(threads),
  summary: bind(summary),
  explainEvent: bind(explainEvent),
  spaceHierarchy: bind(spaceHierarchy),
})
