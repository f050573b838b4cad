// m.secret.request, a message to devices. https://spec.matrix.org/v1.19/client-server-api/#msecretrequest
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { event } from './event.ts'

/** Asks the user's other devices for a secret, or takes that back. */
export const SecretRequestContent = Type.Object({
  name: Type.Optional(Type.String()),
  action: Type.Union([Type.Literal('request'), Type.Literal('request_cancellation')]),
  requesting_device_id: Type.String(),
  request_id: Type.String(),
})
export type SecretRequestContent = Static<typeof SecretRequestContent>

/** m.secret.request. */
export const secretRequest = event({ type: 'm.secret.request', kind: 'toDevice', content: SecretRequestContent })
