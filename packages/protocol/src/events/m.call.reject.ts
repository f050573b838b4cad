// m.call.reject, a message event. https://spec.matrix.org/v1.19/client-server-api/#mcallreject
import type { Static } from 'typebox'
import { CallEvent } from './components/call_event.ts'
import { event } from './event.ts'

/** Declines a call. */
export const CallRejectContent = CallEvent
export type CallRejectContent = Static<typeof CallRejectContent>

/** m.call.reject. */
export const callReject = event({ type: 'm.call.reject', kind: 'message', content: CallRejectContent })
