// m.secret.send, a message to devices. https://spec.matrix.org/v1.19/client-server-api/#msecretsend
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { event } from './event.ts'

/** Sends a secret that was asked for. */
export const SecretSendContent = Type.Object({ request_id: Type.String(), secret: Type.String() })
export type SecretSendContent = Static<typeof SecretSendContent>

/** m.secret.send. */
export const secretSend = event({ type: 'm.secret.send', kind: 'toDevice', content: SecretSendContent })
