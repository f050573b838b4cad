// m.call.answer, a message event. https://spec.matrix.org/v1.19/client-server-api/#mcallanswer
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { CallEvent } from './components/call_event.ts'
import { SdpStreamMetadata } from './components/sdp_stream_metadata.ts'
import { event } from './event.ts'

/** Answers a call. */
export const CallAnswerContent = Type.Object({
  ...CallEvent.properties,
  answer: Type.Object({ type: Type.Literal('answer'), sdp: Type.String() }),
  sdp_stream_metadata: Type.Optional(SdpStreamMetadata),
})
export type CallAnswerContent = Static<typeof CallAnswerContent>

/** m.call.answer. */
export const callAnswer = event({ type: 'm.call.answer', kind: 'message', content: CallAnswerContent })
