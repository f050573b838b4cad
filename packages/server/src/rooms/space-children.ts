// The children of a space: what its `m.space.child` events say, in their order.
// https://spec.matrix.org/v1.19/client-server-api/#mspacechild
import { isObject, type JsonObject } from '@myelin/algorithms/json'
import { isServerName } from '@myelin/algorithms/user-id'
import { isRoomId } from '@myelin/protocol/identifiers'
import { roomTypeOf } from './initial-state.ts'
import { spaceChildrenMax, spaceChildViaMax } from '../limits.ts'
import type { HotRoom } from './hot-room.ts'

export const spaceType = 'm.space'

/** A child event, stripped, with its time. */
export interface ChildState {
  readonly type: string
  readonly state_key: string
  readonly sender: string
  readonly content: JsonObject
  /** Milliseconds since the epoch. */
  readonly origin_server_ts: number
}

/** The children of a room of this server, in order. "If the room is not a space-room, this should be empty." */
export async function childrenOf(room: HotRoom, { suggestedOnly }: { readonly suggestedOnly: boolean }) {
  if (roomTypeOf(room.state('m.room.create')?.content) !== spaceType) return []
  const nids = [...room.slotsOfType('m.space.child').values()].map((slot) => room.arena.get(room.root, slot))
  const events = await room.events(nids.filter((nid) => nid !== 0).slice(0, spaceChildrenMax))
  const states = events.map(({ type, stateKey, sender, content, ts }) => ({
    type,
    state_key: stateKey ?? '',
    sender,
    content,
    origin_server_ts: ts,
  }))
  return ordered(states.filter((state) => isChild(state) && (!suggestedOnly || isSuggested(state))))
}

/** "Without `via` … the child room is not part of the space." */
export const isChild = ({ state_key: roomId, content }: ChildState): boolean =>
  isRoomId(roomId) && Array.isArray(content['via']) && content['via'].length > 0

export const isSuggested = ({ content }: ChildState): boolean => content['suggested'] === true

/** Servers through which the child can be reached. */
export const viaOf = ({ content }: ChildState): string[] =>
  (Array.isArray(content['via']) ? content['via'] : [])
    .filter((each): each is string => typeof each === 'string' && isServerName(each))
    .slice(0, spaceChildViaMax)

/** "Rooms are sorted by `order`", those without after those with one, then by time, then by room id. */
export const ordered = (children: readonly ChildState[]): ChildState[] =>
  children.toSorted((a, b) => {
    const [first, second] = [orderOf(a), orderOf(b)]
    if (first !== second) return first === undefined || (second !== undefined && second < first) ? 1 : -1
    return a.origin_server_ts - b.origin_server_ts || (a.state_key < b.state_key ? -1 : 1)
  })

/** "ASCII characters within the range \x20 to \x7E … at most 50"; others are as if there were none. */
function orderOf({ content }: ChildState): string | undefined {
  const { order } = content
  return typeof order === 'string' && /^[\x20-\x7e]{1,50}$/.test(order) ? order : undefined
}

/** The child events in another server's answer. */
export const readChildren = (values: readonly unknown[]): ChildState[] =>
  ordered(values.slice(0, spaceChildrenMax).filter(isChildState).filter(isChild))

const isChildState = (value: unknown): value is ChildState =>
  isObject(value) &&
  value['type'] === 'm.space.child' &&
  typeof value['state_key'] === 'string' &&
  typeof value['sender'] === 'string' &&
  typeof value['origin_server_ts'] === 'number' &&
  isObject(value['content'])
