// What happens when a push rule matches: `notify`, or an object that sets a tweak. Unknown actions are ignored.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { JsonObject } from '../../json-object.ts'

/** An action of a push rule. */
export const PushAction = Type.Union([Type.String(), JsonObject])
export type PushAction = Static<typeof PushAction>
