// What other servers say beside events: one table from `edu_type` to the part of the server that takes it.
// https://spec.matrix.org/v1.19/server-server-api/#edus
import type { JsonObject } from '@myelin/algorithms/json'
import { MatrixError } from '@myelin/protocol/errors'
import { matches } from '@myelin/protocol/schema'
import { Edu } from '@myelin/protocol/server-server/definitions/edu'
import type { ReceivedResults } from '../../rooms/receive-transaction.ts'
import { StoreError } from '../../store/store.ts'
import type { Services } from '../handlers.ts'

/** The content of an EDU, and the server that signed the request it came with. */
interface ReceivedEdu {
  readonly origin: string
  readonly content: JsonObject
}

/** Takes an EDU that may come again. A MatrixError says that it is none of ours, or not what it should be. */
type EduReceiver = (services: Services, edu: ReceivedEdu) => Promise<void>

const receivers: ReadonlyMap<string, EduReceiver> = new Map<string, EduReceiver>([
  ['m.typing', ({ ephemeral }, edu) => ephemeral.receiveTyping(edu)],
  ['m.receipt', ({ ephemeral }, edu) => ephemeral.receiveReceipts(edu)],
  ['m.presence', ({ ephemeral }, edu) => ephemeral.receivePresence(edu)],
  ['m.direct_to_device', ({ encryption }, edu) => encryption.receiveMessage(edu)],
  ['m.device_list_update', ({ encryption }, edu) => encryption.receiveDeviceListUpdate(edu)],
  ['m.signing_key_update', ({ encryption }, edu) => encryption.receiveSigningKeyUpdate(edu)],
])

/** Receipts are about events, and presence about members, that may come with the same transaction. */
const takenAfterEvents: ReadonlySet<string> = new Set(['m.receipt', 'm.presence'])

interface ReceivedEdus {
  readonly origin: string
  readonly edus: readonly unknown[]
}

/** Takes the EDUs of a transaction around its events: those that do not wait for the events, the events, the others. */
export async function receiveEdusAround(
  services: Services,
  { origin, edus }: ReceivedEdus,
  receiveEvents: () => Promise<ReceivedResults>,
): Promise<ReceivedResults> {
  const valid = edus.filter((edu) => matches(Edu, edu))
  const take = async (chosen: readonly Edu[]) => {
    for (const { edu_type: type, content } of chosen) await takeEdu(services, type, { origin, content })
  }
  await take(valid.filter((edu) => !takenAfterEvents.has(edu.edu_type)))
  const received = await receiveEvents()
  const late = valid.filter((edu) => takenAfterEvents.has(edu.edu_type))
  if (late.length > 0) await received.durable
  await take(late)
  return received
}

/**
 * One EDU: whatever is wrong with it is its own affair. Types nobody knows are ignored. What could not be stored fails
 * the transaction, so that it is sent again.
 */
async function takeEdu(services: Services, type: string, edu: ReceivedEdu): Promise<void> {
  try {
    await receivers.get(type)?.(services, edu)
  } catch (err) {
    if (err instanceof StoreError) throw err
    if (!(err instanceof MatrixError) || err.errcode === 'M_UNKNOWN')
      services.log.error({ err, type, origin: edu.origin }, 'An EDU could not be taken')
  }
}
