// What an event type is: one value from which checking, reading, conformance and the reference follow.
import type { TSchema } from 'typebox'

/** Where events of a type occur. */
export type EventKind =
  | 'state'
  | 'message'
  | 'ephemeral'
  | 'accountData'
  | 'roomAccountData'
  | 'toDevice'
  | 'presence'
  | 'edu'

export interface EventDefinition {
  /** The event's `type` (`edu_type` of an EDU). */
  readonly type: string
  readonly kind: EventKind
  /** A second place where the type occurs. */
  readonly alsoKind?: EventKind
  /** What the state key is; absent when it may be anything, and for events without one. */
  readonly stateKey?: 'empty' | 'userId' | 'roomId'
  /** What senders must keep to; readers meet old rooms and other servers, see read-content.ts. */
  readonly content: TSchema
}

/** Defines an event type; the type keeps every literal so that contents can be inferred. */
export const event = <const D extends EventDefinition>(definition: D): D => definition
