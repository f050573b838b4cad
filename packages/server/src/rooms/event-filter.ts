// Room event filters: which events a page holds. https://spec.matrix.org/v1.19/client-server-api/#filtering
import { isObject } from '@myelin/algorithms/json'
import { MatrixError } from '@myelin/protocol/errors'
import type { RoomEvent } from './room-event.ts'

/** The filter of the request; field names of the wire. */
export interface RoomEventFilter {
  readonly limit?: number | undefined
  readonly types?: readonly string[] | undefined
  readonly not_types?: readonly string[] | undefined
  readonly senders?: readonly string[] | undefined
  readonly not_senders?: readonly string[] | undefined
  readonly rooms?: readonly string[] | undefined
  readonly not_rooms?: readonly string[] | undefined
  readonly contains_url?: boolean | undefined
  readonly lazy_load_members?: boolean | undefined
  readonly include_redundant_members?: boolean | undefined
}

const lists = ['types', 'not_types', 'senders', 'not_senders', 'rooms', 'not_rooms'] as const
const switches = ['contains_url', 'lazy_load_members', 'include_redundant_members'] as const

/** The filter in a query parameter. Throws M_BAD_JSON for what is none. */
export function parseEventFilter(json: string | undefined): RoomEventFilter {
  if (json === undefined || json === '') return {}
  const filter = parsed(json)
  for (const name of lists)
    if (filter[name] !== undefined && !isList(filter[name]))
      throw new MatrixError('M_BAD_JSON', `${name} of a filter must be a list of strings`)
  for (const name of switches)
    if (filter[name] !== undefined && typeof filter[name] !== 'boolean')
      throw new MatrixError('M_BAD_JSON', `${name} of a filter must be true or false`)
  if (filter['limit'] !== undefined && !Number.isInteger(filter['limit']))
    throw new MatrixError('M_BAD_JSON', 'limit of a filter must be an integer')
  return filter as RoomEventFilter
}

const isList = (value: unknown) => Array.isArray(value) && value.every((each) => typeof each === 'string')

function parsed(json: string): Readonly<Record<string, unknown>> {
  try {
    const filter: unknown = JSON.parse(json)
    if (isObject(filter)) return filter
  } catch (cause) {
    throw new MatrixError('M_BAD_JSON', 'The filter is not JSON', { cause })
  }
  throw new MatrixError('M_BAD_JSON', 'The filter is not a JSON object')
}

/** Whether an event passes; `*` in a type stands for any run of characters. */
export function passes(event: RoomEvent, filter: RoomEventFilter): boolean {
  if (filter.not_senders?.includes(event.sender)) return false
  if (filter.senders && !filter.senders.includes(event.sender)) return false
  if (filter.not_types?.some((pattern) => matchesType(event.type, pattern))) return false
  if (filter.types && !filter.types.some((pattern) => matchesType(event.type, pattern))) return false
  if (filter.not_rooms?.includes(event.roomId)) return false
  if (filter.rooms && !filter.rooms.includes(event.roomId)) return false
  return filter.contains_url === undefined || (typeof event.content['url'] === 'string') === filter.contains_url
}

/** Whether a type matches a pattern in which `*` stands for any run of characters. */
export function matchesType(type: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  if (rest.length === 0) return type === pattern
  if (!type.startsWith(first)) return false
  const last = rest.pop() ?? ''
  let at = first.length
  for (const part of rest) {
    const found = type.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return type.length - last.length >= at && type.endsWith(last)
}
