// Devices of a user: listing, renaming, deleting, and logging out.
// https://spec.matrix.org/v1.19/client-server-api/#device-management
import { MatrixError } from '@myelin/protocol/errors'
import { deleteDevice, deviceOf, devicesOf, renameDevice, type Device } from '../store/devices.ts'
import { journalKind, type Write } from '../store/store.ts'
import { alone, type AccountsContext } from './context.ts'
import { passwordFlows, type AuthDict, type InteractiveAuth } from './interactive-auth.ts'
import type { Requester } from './requester.ts'
import { requireDeviceName } from './sessions.ts'

/** A device as its owner sees it. */
export interface ClientDevice {
  device_id: string
  display_name?: string
  last_seen_ip?: string
  last_seen_ts?: number
}

function toClientDevice(device: Device): ClientDevice {
  return {
    device_id: device.deviceId,
    ...(device.displayName !== null && { display_name: device.displayName }),
    ...(device.lastSeenIp !== null && { last_seen_ip: device.lastSeenIp }),
    ...(device.lastSeenMs !== null && { last_seen_ts: device.lastSeenMs }),
  }
}

/** All devices of the caller. */
export async function listDevices({ store }: AccountsContext, { userNid }: Requester): Promise<ClientDevice[]> {
  return (await devicesOf(store.read, userNid)).map(toClientDevice)
}

/** One device of the caller. Throws `M_NOT_FOUND`. */
export async function getDevice(context: AccountsContext, owner: Requester, deviceId: string): Promise<ClientDevice> {
  return toClientDevice(await requireDevice(context, owner, deviceId))
}

async function requireDevice({ store }: AccountsContext, { userNid }: Requester, deviceId: string): Promise<Device> {
  const device = await deviceOf(store.read, userNid, deviceId)
  if (!device) throw new MatrixError('M_NOT_FOUND', 'You have no such device')
  return device
}

/** Renames a device of the caller; without a name nothing changes. Throws `M_NOT_FOUND`, `M_INVALID_PARAM`. */
export async function updateDevice(
  context: AccountsContext,
  owner: Requester,
  { deviceId, displayName }: { deviceId: string; displayName: string | undefined },
): Promise<void> {
  requireDeviceName(displayName)
  const device = await requireDevice(context, owner, deviceId)
  if (displayName === undefined) return
  await context.store.write((w) => {
    renameDevice(w, device.nid, displayName)
    w.journal({ kind: journalKind.deviceList, room: 0, user: owner.userNid, ref: device.nid })
  })
}

interface Deletion {
  readonly requester: Requester
  readonly deviceIds: readonly string[]
  readonly auth: AuthDict | undefined
}

/** Deletes devices of the caller, who must prove who they are. Unknown ones are passed over. */
export async function deleteDevices(
  context: AccountsContext,
  interactiveAuth: InteractiveAuth,
  { requester, deviceIds, auth }: Deletion,
): Promise<void> {
  const authorized = await interactiveAuth.authorize({
    operation: 'deleteDevices',
    userId: requester.userId,
    flows: passwordFlows,
    auth,
    parameters: deviceIds,
  })
  const chosen = new Set(deviceIds)
  await removeDevices(context, requester.userNid, ({ deviceId }) => chosen.has(deviceId))
  authorized.end()
}

/** Ends the caller's session and deletes its device. */
export function logout(context: AccountsContext, { userNid, deviceNid }: Requester): Promise<void> {
  return removeDevices(context, userNid, ({ nid }) => nid === deviceNid)
}

/** Ends all sessions of the caller. */
export function logoutAll(context: AccountsContext, { userNid }: Requester): Promise<void> {
  return removeDevices(context, userNid, () => true)
}

/** Deletes the devices of a user that are `chosen`, with their tokens. */
export function removeDevices(
  context: AccountsContext,
  userNid: number,
  chosen: (device: Device) => boolean,
): Promise<void> {
  return alone(context, userNid, async () => {
    const devices = (await devicesOf(context.store.read, userNid)).filter(chosen)
    if (devices.length === 0) return
    await context.store.write((w) => deleteAll(w, context, devices))
    context.authentication.forget(userNid)
  })
}

function deleteAll(w: Write, { hooks }: AccountsContext, devices: readonly Device[]): void {
  const [{ userNid } = { userNid: 0 }] = devices
  hooks.onDevicesDeleted?.(w, { userNid, deviceNids: devices.map(({ nid }) => nid) })
  for (const { nid } of devices) {
    deleteDevice(w, nid)
    w.journal({ kind: journalKind.deviceList, room: 0, user: userNid, ref: nid })
  }
}
