// m.call.negotiate, a message event. https://spec.matrix.org/v1.19/client-server-api/#mcallnegotiate
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { CallEvent } from './components/call_event.ts'
import { SdpStreamMetadata } from './components/sdp_stream_metadata.ts'
import { event } from './event.ts'

/** Renegotiates the media of a running call. `lifetime` is in milliseconds. */
export const CallNegotiateContent = Type.Object({
  ...CallEvent.properties,
  description: Type.Object({ type: Type.Union([Type.Literal('offer'), Type.Literal('answer')]), sdp: Type.String() }),
  lifetime: Type.Integer(),
  sdp_stream_metadata: Type.Optional(SdpStreamMetadata),
})
export type CallNegotiateContent = Static<typeof CallNegotiateContent>

/** m.call.negotiate. */
export const callNegotiate = event({ type: 'm.call.negotiate', kind: 'message', content: CallNegotiateContent })
