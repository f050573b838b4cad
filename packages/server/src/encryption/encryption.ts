// End-to-end encryption as the rest of the server sees it: every verb bound to the rooms and the store. The server holds
// public keys and passes messages on; what they say is between the devices.
import type { Logger } from '../http/log.ts'
import { BoundedMap } from '../federation/bounded-map.ts'
import type { OutgoingPart } from '../federation/outgoing.ts'
import { FetchSlots } from '../federation/fetch-slots.ts'
import { federationDestinationsMax } from '../federation-limits.ts'
import { keyQueriesAtOnceMax } from '../limits.ts'
import type { RoomsContext } from '../rooms/context.ts'
import { deleteCrossSigningKeys, deleteUserSignatures } from '../store/cross-signing-keys.ts'
import { removeDevice } from '../store/device-lists.ts'
import { deleteBackups } from '../store/key-backups.ts'
import { createKeyedMutex } from '../store/keyed-mutex.ts'
import { deleteOneTimeKeys } from '../store/one-time-keys.ts'
import { outboundEduServers } from '../store/outbound-edus.ts'
import { journalKind, type Write } from '../store/store.ts'
import { deleteInbox } from '../store/to-device.ts'
import { backUp, readBackup, readRoom, readSession, removeSessions } from './backed-up-sessions.ts'
import { Fetches } from './cached-lists.ts'
import { claimKeys, claimOwnKeys } from './claim-keys.ts'
import type { EncryptionContext } from './context.ts'
import { uploadCrossSigningKeys } from './cross-signing.ts'
import { Inboxes } from './inboxes.ts'
import { createBackup, describeBackup, removeBackup, updateBackup } from './key-backups.ts'
import { KeyCounts } from './key-counts.ts'
import { ListTeller } from './list-teller.ts'
import { ownDevices, queryKeys, queryOwnKeys } from './query-keys.ts'
import { receiveDeviceListUpdate, receiveSigningKeyUpdate } from './receive-list-change.ts'
import { receiveMessage, startForgetting } from './receive-message.ts'
import { Resync } from './resync.ts'
import { sendToDevice } from './send-to-device.ts'
import { uploadKeys } from './upload-keys.ts'
import { uploadSignatures } from './upload-signatures.ts'

export interface EncryptionOptions {
  readonly rooms: RoomsContext
  readonly log?: Logger | undefined
}

/** Binds the verbs and starts telling others of changes. To be disposed before the store. */
export async function createEncryption({ rooms, log }: EncryptionOptions) {
  const { store } = rooms
  const context: EncryptionContext = {
    rooms,
    log,
    counts: new KeyCounts(store),
    inboxes: new Inboxes(store),
    fetches: new Fetches(),
    resync: new Resync(),
    probes: new BoundedMap(federationDestinationsMax),
    questions: new FetchSlots(rooms.environment, keyQueriesAtOnceMax),
    mutex: createKeyedMutex(),
  }
  context.resync.start(context)
  const teller = await ListTeller.start(context)
  const stopForgetting = startForgetting(context)
  return {
    ...clientVerbs(context),
    ...serverVerbs(context),
    /** What an answer to /sync says of a device's keys. */
    keyCounts: (deviceNid: number) => context.counts.of(deviceNid),
    inboxes: context.inboxes,
    /** Users to be told of the change at a position of kind `deviceListTold`. */
    takeAudience: (position: number) => teller.takeAudience(position),
    onDevicesDeleted: (w: Write, devices: DeletedDevices) => forgetDevices(w, context, devices),
    /** Forgets all that a user whose account is deactivated has published or backed up. */
    forgetUser: (userNid: number) =>
      store.write((w) => {
        deleteCrossSigningKeys(w, userNid)
        deleteUserSignatures(w, userNid)
        deleteBackups(w, userNid)
        w.journal({ kind: journalKind.deviceList, room: 0, user: userNid, ref: 0 })
      }),
    [Symbol.asyncDispose]: async () => {
      stopForgetting()
      await context.resync[Symbol.asyncDispose]()
      await teller[Symbol.asyncDispose]()
    },
  }
}

export type Encryption = Awaited<ReturnType<typeof createEncryption>>

type Rest<Verb> = Verb extends (context: EncryptionContext, ...rest: infer Parameters) => infer Result
  ? (...rest: Parameters) => Result
  : never

const binder =
  (context: EncryptionContext) =>
  <Verb extends (context: EncryptionContext, ...rest: never[]) => unknown>(verb: Verb): Rest<Verb> =>
    ((...rest: never[]) => verb(context, ...rest)) as Rest<Verb>

function clientVerbs(context: EncryptionContext) {
  const bind = binder(context)
  return {
    uploadKeys: bind(uploadKeys),
    queryKeys: bind(queryKeys),
    claimKeys: bind(claimKeys),
    uploadCrossSigningKeys: bind(uploadCrossSigningKeys),
    uploadSignatures: bind(uploadSignatures),
    sendToDevice: bind(sendToDevice),
    backups: {
      create: bind(createBackup),
      describe: bind(describeBackup),
      update: bind(updateBackup),
      delete: bind(removeBackup),
      backUp: bind(backUp),
      read: bind(readBackup),
      readRoom: bind(readRoom),
      readSession: bind(readSession),
      removeSessions: bind(removeSessions),
    },
  }
}

function serverVerbs(context: EncryptionContext) {
  const bind = binder(context)
  const outgoing: OutgoingPart = {
    kinds: [journalKind.keptEdu],
    outgoing: async (entries) => {
      const kept = await outboundEduServers(
        context.rooms.store.read,
        entries.map(({ position }) => position),
      )
      const byPosition = Map.groupBy(kept, ({ position }) => position)
      return Array.from(byPosition, ([position, rows]) => ({
        kind: 'kept-edu' as const,
        position,
        destinations: rows.map(({ serverName }) => serverName),
      }))
    },
  }
  return {
    outgoing,
    ownDevices: bind(ownDevices),
    queryOwnKeys: bind(queryOwnKeys),
    claimOwnKeys: bind(claimOwnKeys),
    receiveMessage: bind(receiveMessage),
    receiveDeviceListUpdate: bind(receiveDeviceListUpdate),
    receiveSigningKeyUpdate: bind(receiveSigningKeyUpdate),
  }
}

interface DeletedDevices {
  readonly userNid: number
  readonly deviceNids: readonly number[]
}

function forgetDevices(w: Write, { counts }: EncryptionContext, { userNid, deviceNids }: DeletedDevices): void {
  for (const deviceNid of deviceNids) {
    removeDevice(w, userNid, deviceNid)
    deleteOneTimeKeys(w, deviceNid)
    deleteInbox(w, deviceNid)
    counts.changed(deviceNid)
  }
}
