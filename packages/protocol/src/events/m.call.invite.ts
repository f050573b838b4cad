// m.call.invite, a message event. https://spec.matrix.org/v1.19/client-server-api/#mcallinvite
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { UserId } from '../identifiers.ts'
import { CallEvent } from './components/call_event.ts'
import { SdpStreamMetadata } from './components/sdp_stream_metadata.ts'
import { event } from './event.ts'

/** Invites to a call. `lifetime` is in milliseconds. */
export const CallInviteContent = Type.Object({
  ...CallEvent.properties,
  offer: Type.Object({ type: Type.Literal('offer'), sdp: Type.String() }),
  lifetime: Type.Integer(),
  invitee: Type.Optional(UserId),
  sdp_stream_metadata: Type.Optional(SdpStreamMetadata),
})
export type CallInviteContent = Static<typeof CallInviteContent>

/** m.call.invite. */
export const callInvite = event({ type: 'm.call.invite', kind: 'message', content: CallInviteContent })
