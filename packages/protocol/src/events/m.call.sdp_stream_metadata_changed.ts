// m.call.sdp_stream_metadata_changed, a message event.
// https://spec.matrix.org/v1.19/client-server-api/#mcallsdp_stream_metadata_changed
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { CallEvent } from './components/call_event.ts'
import { SdpStreamMetadata } from './components/sdp_stream_metadata.ts'
import { event } from './event.ts'

/** Tells that streams of a call were muted or have another purpose now. */
export const CallSdpStreamMetadataChangedContent = Type.Object({
  ...CallEvent.properties,
  sdp_stream_metadata: SdpStreamMetadata,
})
export type CallSdpStreamMetadataChangedContent = Static<typeof CallSdpStreamMetadataChangedContent>

/** m.call.sdp_stream_metadata_changed. */
export const callSdpStreamMetadataChanged = event({
  type: 'm.call.sdp_stream_metadata_changed',
  kind: 'message',
  content: CallSdpStreamMetadataChangedContent,
})
