// A validation session.
import { Type } from 'typebox'
import type { Static } from 'typebox'

/** The session in which an address is being validated. */
export const Sid = Type.Object({ sid: Type.String() })
export type Sid = Static<typeof Sid>
