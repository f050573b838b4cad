// m.call.hangup, a message event. https://spec.matrix.org/v1.19/client-server-api/#mcallhangup
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { openEnum } from '../open-enum.ts'
import { CallEvent } from './components/call_event.ts'
import { event } from './event.ts'

/** Ends a call, or gives up before it was answered. */
export const CallHangupContent = Type.Object({
  ...CallEvent.properties,
  reason: openEnum(
    'ice_timeout',
    'ice_failed',
    'invite_timeout',
    'user_hangup',
    'user_media_failed',
    'user_busy',
    'unknown_error',
  ),
})
export type CallHangupContent = Static<typeof CallHangupContent>

/** m.call.hangup. */
export const callHangup = event({ type: 'm.call.hangup', kind: 'message', content: CallHangupContent })
