// What a kind of sender is to the hooks: how it is recognised, how it proves itself, and how what it sends is read.
import type { Story } from '../story.ts'

/** A request as it came. */
export interface Delivery {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The body, byte for byte: what signatures are over. */
  readonly body: Uint8Array
}

export interface HookVendor {
  readonly name: string
  /** Whether the headers are this sender's. */
  readonly is: (headers: Delivery['headers']) => boolean
  /** Whether the sender knows the secret. `now` in milliseconds since 1970, for signatures that are good for a while. */
  readonly proves: (delivery: Delivery, secret: string, now: number) => boolean
  /** The signature covers the body alone: whoever has seen a delivery can send it again under another id. */
  readonly signsBodyAlone?: boolean
  /** The same delivery, sent again, has the same id. */
  readonly deliveryId: (headers: Delivery['headers']) => string | undefined
  /** What the payload (parsed JSON) tells; nothing for events of no interest. */
  readonly read: (payload: unknown, headers: Delivery['headers']) => readonly Story[]
}
