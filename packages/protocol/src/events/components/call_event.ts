// What every event of a call has. https://spec.matrix.org/v1.19/client-server-api/#voice-over-ip
import { Type } from 'typebox'

/** The call, the device taking part in it and the version of the call protocol; version 0 was an integer. */
export const CallEvent = Type.Object({
  call_id: Type.String(),
  party_id: Type.String(),
  version: Type.Union([Type.String(), Type.Literal(0)]),
})
