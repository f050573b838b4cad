// m.call.candidates, a message event. https://spec.matrix.org/v1.19/client-server-api/#mcallcandidates
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { CallEvent } from './components/call_event.ts'
import { event } from './event.ts'

/** ICE candidates of a call, one event for several of them. */
export const CallCandidatesContent = Type.Object({
  ...CallEvent.properties,
  candidates: Type.Array(
    Type.Object({
      sdpMid: Type.Optional(Type.String()),
      sdpMLineIndex: Type.Optional(Type.Number()),
      candidate: Type.String(),
    }),
  ),
})
export type CallCandidatesContent = Static<typeof CallCandidatesContent>

/** m.call.candidates. */
export const callCandidates = event({ type: 'm.call.candidates', kind: 'message', content: CallCandidatesContent })
