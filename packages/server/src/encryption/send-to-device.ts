// Messages straight to devices: into the inboxes of this server's devices, and as EDUs to other servers.
// https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3sendtodeviceeventtypetxnid
import { canonicalJson } from '@myelin/algorithms/canonical-json'
import { isObject, member, type JsonObject } from '@myelin/algorithms/json'
import { serverNameOf } from '@myelin/algorithms/user-id'
import { randomString } from '../environment.ts'
import { toDeviceEduBytes, transactionKeptMs } from '../limits.ts'
import { isLocal } from '../rooms/context.ts'
import { devicesOf } from '../store/devices.ts'
import { addOutboundEdus } from '../store/outbound-edus.ts'
import { journalKind, type Write } from '../store/store.ts'
import { pruneTransactions, rememberResponse, transactionOf } from '../store/transactions.ts'
import { isRemote, type EncryptionContext, type KeyOwner } from './context.ts'

/** Contents by user and device; the device `*` stands for all. */
export type DeviceMessages = Readonly<Record<string, Readonly<Record<string, JsonObject>>>>

export interface ToDeviceRequest {
  readonly type: string
  readonly transactionId: string
  readonly messages: DeviceMessages
}

/** Sends messages, once for each transaction ID of the device. */
export function sendToDevice(
  context: EncryptionContext,
  sender: KeyOwner,
  { type, transactionId, messages }: ToDeviceRequest,
): Promise<void> {
  const { store, environment } = context.rooms
  const { deviceNid, userId } = sender
  const transaction = { deviceNid, transactionId, key: `/sendToDevice/${type}` }
  return context.mutex.run(`to-device ${deviceNid} ${transactionId}`, async () => {
    if (await transactionOf(store.read, transaction)) return
    const message = { sender: userId, type }
    const deliveries = await deliveriesOf(context, message, messages)
    const edus = edusOf(context, message, messages)
    const ts = environment.now()
    const isCleaning = environment.random(1)[0] === 0 // now and then
    await store.write((w) => {
      rememberResponse(w, transaction, { response: '{}', ts })
      if (isCleaning) pruneTransactions(w, deviceNid, ts - transactionKeptMs)
      deliver(w, context, deliveries)
      for (const { serverName, json } of edus) {
        const position = w.journal({ kind: journalKind.keptEdu, room: 0, user: 0, ref: 0 })
        addOutboundEdus(w, [serverName], { position, json, ts })
      }
    })
  })
}

/** What a message says besides its content. */
export interface Message {
  readonly sender: string
  readonly type: string
}

/** Events for a user's devices, by device nid. */
export interface Delivery {
  readonly userNid: number
  readonly events: ReadonlyMap<number, string>
}

/** The messages for devices of this server; devices that there are not are passed over. */
export async function deliveriesOf(
  { rooms }: EncryptionContext,
  { sender, type }: Message,
  messages: DeviceMessages,
): Promise<Delivery[]> {
  const deliveries: Delivery[] = []
  for (const [userId, contents] of Object.entries(messages)) {
    const userNid = isLocal(rooms, userId) ? await rooms.users.find(userId) : undefined
    if (userNid === undefined) continue
    const events = new Map<number, string>()
    for (const { nid, deviceId } of await devicesOf(rooms.store.read, userNid)) {
      const content = member(contents, deviceId) ?? member(contents, '*')
      if (isObject(content)) events.set(nid, JSON.stringify({ content, sender, type }))
    }
    if (events.size > 0) deliveries.push({ userNid, events })
  }
  return deliveries
}

/** Puts the messages into the inboxes; one journal entry for each user. */
export function deliver(w: Write, { inboxes }: EncryptionContext, deliveries: readonly Delivery[]): void {
  for (const { userNid, events } of deliveries) {
    const position = w.journal({ kind: journalKind.toDevice, room: 0, user: userNid, ref: 0 })
    for (const [deviceNid, json] of events) inboxes.add(w, deviceNid, { position, json })
  }
}

/** The messages for other servers, in EDUs of bounded size. */
function edusOf(
  { rooms }: EncryptionContext,
  { sender, type }: Message,
  messages: DeviceMessages,
): { readonly serverName: string; readonly json: string }[] {
  const others = Object.entries(messages).filter(([userId]) => isRemote(rooms, userId))
  const byServer = Map.groupBy(others, ([userId]) => serverNameOf(userId))
  return Array.from(byServer).flatMap(([serverName, users]) =>
    portions(users).map((portion) => {
      const content = { message_id: randomString(rooms.environment, 24), messages: portion, sender, type }
      return { serverName, json: canonicalJson({ content, edu_type: 'm.direct_to_device' }, 'lenient') }
    }),
  )
}

/** Cuts messages into parts that are not much longer than an EDU should be. */
function portions(users: readonly (readonly [userId: string, contents: DeviceMessages[string]])[]): DeviceMessages[] {
  const found: Record<string, Record<string, JsonObject>>[] = []
  let bytes = toDeviceEduBytes
  for (const [userId, contents] of users)
    for (const [deviceId, content] of Object.entries(contents)) {
      if (bytes >= toDeviceEduBytes) {
        found.push({})
        bytes = 0
      }
      const last = found.at(-1) ?? {}
      last[userId] = { ...last[userId], [deviceId]: content }
      bytes += JSON.stringify(content).length + userId.length + deviceId.length
    }
  return found
}
