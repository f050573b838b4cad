// Messages to devices from other servers, each taken once.
// https://spec.matrix.org/v1.19/server-server-api/#send-to-device-messaging
import { serverNameOf } from '@myelin/algorithms/user-id'
import { MatrixError } from '@myelin/protocol/errors'
import { directToDevice } from '@myelin/protocol/events/edu/m.direct_to_device'
import { parse } from '@myelin/protocol/schema'
import { messageIdCharactersMax, receivedMessagesKeptMs, receivedMessagesPruneMs } from '../limits.ts'
import { forgetMessages, isReceivedMessage, rememberMessage } from '../store/to-device.ts'
import type { EncryptionContext } from './context.ts'
import { deliver, deliveriesOf } from './send-to-device.ts'
import type { PeerEdu } from './receive-list-change.ts'

/** `m.direct_to_device`: `message_id` is a "unique ID for the message, used for idempotence". */
export async function receiveMessage(context: EncryptionContext, { origin, content }: PeerEdu): Promise<void> {
  const { sender, type, message_id: messageId, messages } = parse(directToDevice.content, content)
  if (serverNameOf(sender) !== origin) throw new MatrixError('M_FORBIDDEN', 'The sender is of another server')
  if (messageId.length > messageIdCharactersMax) throw new MatrixError('M_INVALID_PARAM', 'message_id is too long')
  const { store, environment } = context.rooms
  await context.mutex.run(`message ${origin} ${messageId}`, async () => {
    if (await isReceivedMessage(store.read, origin, messageId)) return
    const deliveries = await deliveriesOf(context, { sender, type }, messages)
    if (deliveries.length === 0) return
    const ts = environment.now()
    await store.write((w) => {
      rememberMessage(w, { serverName: origin, messageId, ts })
      deliver(w, context, deliveries)
    })
  })
}

/** Now and then forgets which messages have come, once nobody sends them again. */
export function startForgetting({ rooms: { store, environment }, log }: EncryptionContext): () => void {
  let cancel: () => void = () => {}
  const schedule = () => {
    cancel = environment.timer(receivedMessagesPruneMs, () => {
      store
        .write((w) => forgetMessages(w, environment.now() - receivedMessagesKeptMs))
        .catch((err: unknown) => log?.error({ err }, 'Received messages could not be forgotten'))
      schedule()
    })
  }
  schedule()
  return () => cancel()
}
