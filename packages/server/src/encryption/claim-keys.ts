// Giving out one-time keys: each to one who asks, and to nobody again.
// https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3keysclaim
import { serverNameOf } from '@myelin/algorithms/user-id'
import { deviceOf } from '../store/devices.ts'
import { claimOneTimeKey, fallbackKeysOf, markFallbackUsed, oldestOneTimeKey } from '../store/one-time-keys.ts'
import { journalKind } from '../store/store.ts'
import { isLocal } from '../rooms/context.ts'
import { aloneWithDevice, isRemote, type EncryptionContext } from './context.ts'
import { askServers, type Failures } from './ask-servers.ts'
import { askForOneTimeKeys, oneTimeKeysOf } from './peer-answers.ts'

/** Algorithms by user and device. */
export type Claims = Readonly<Record<string, Readonly<Record<string, string>>>>

/** JSON texts of keys by user and device: `{"algorithm:id":…}`. */
type Claimed = Map<string, Map<string, string>>

export interface ClaimRequest {
  readonly claims: Claims
  /** How long to wait for other servers, milliseconds. */
  readonly timeoutMs?: number | undefined
}

/** The JSON text of the answer to a client. */
export async function claimKeys(context: EncryptionContext, { claims, timeoutMs }: ClaimRequest): Promise<string> {
  const own = Object.entries(claims).filter(([userId]) => isLocal(context.rooms, userId))
  const claimed: Claimed = new Map()
  const [failures] = await Promise.all([
    claimElsewhere(context, { claims, timeoutMs }, claimed),
    claimEach(context, own, claimed),
  ])
  return `{"failures":${JSON.stringify(failures)},"one_time_keys":${claimedText(claimed)}}`
}

/** The JSON text of the answer to another server: keys of users of this one. */
export async function claimOwnKeys(context: EncryptionContext, claims: Claims): Promise<string> {
  const claimed: Claimed = new Map()
  const own = Object.entries(claims).filter(([userId]) => isLocal(context.rooms, userId))
  await claimEach(context, own, claimed)
  return `{"one_time_keys":${claimedText(claimed)}}`
}

const claimedText = (claimed: Claimed): string => {
  const users = Array.from(claimed, ([userId, devices]) => {
    const texts = Array.from(devices, ([deviceId, keys]) => `${JSON.stringify(deviceId)}:${keys}`)
    return `${JSON.stringify(userId)}:{${texts.join(',')}}`
  })
  return `{${users.join(',')}}`
}

function note(claimed: Claimed, userId: string, [deviceId, keys]: readonly [string, string]): void {
  const devices = claimed.get(userId) ?? new Map<string, string>()
  claimed.set(userId, devices.set(deviceId, keys))
}

type ClaimsOfUser = readonly [userId: string, devices: Claims[string]]

async function claimEach(context: EncryptionContext, claims: readonly ClaimsOfUser[], claimed: Claimed): Promise<void> {
  const claimOf = async (userId: string, deviceId: string, algorithm: string) => {
    const userNid = await context.rooms.users.find(userId)
    const device = userNid === undefined ? undefined : await deviceOf(context.rooms.store.read, userNid, deviceId)
    const keys = device && (await aloneWithDevice(context, device.nid, () => claimOne(context, device, algorithm)))
    if (keys !== undefined) note(claimed, userId, [deviceId, keys])
  }
  await Promise.all(
    claims.flatMap(([userId, devices]) =>
      Object.entries(devices).map(([deviceId, algorithm]) => claimOf(userId, deviceId, algorithm)),
    ),
  )
}

/** "The returned key is a one-time key if one is available, and otherwise a fallback key." Told once it is durable. */
async function claimOne(
  { rooms, counts }: EncryptionContext,
  { nid: deviceNid, userNid }: { readonly nid: number; readonly userNid: number },
  algorithm: string,
): Promise<string | undefined> {
  const { store } = rooms
  const key = await oldestOneTimeKey(store.read, deviceNid, algorithm)
  const fallback = key
    ? undefined
    : (await fallbackKeysOf(store.read, deviceNid)).find((each) => each.algorithm === algorithm)
  const given = key ?? fallback
  if (!given) return undefined
  if (key || fallback?.isUsed === 0) {
    await store.write((w) => {
      if (key) claimOneTimeKey(w, deviceNid, key)
      else markFallbackUsed(w, deviceNid, algorithm)
      w.journal({ kind: journalKind.keyClaimed, room: 0, user: userNid, ref: deviceNid })
    })
    counts.changed(deviceNid)
  }
  return `{${JSON.stringify(`${algorithm}:${given.keyId}`)}:${given.json}}`
}

/** Asks the servers of the other users; what they say of users that are not theirs is passed over. */
function claimElsewhere(
  context: EncryptionContext,
  { claims, timeoutMs }: ClaimRequest,
  claimed: Claimed,
): Promise<Failures> {
  const others = Object.entries(claims).filter(([userId]) => isRemote(context.rooms, userId))
  const byServer = Map.groupBy(others, ([userId]) => serverNameOf(userId))
  return askServers(context, byServer, {
    timeoutMs,
    ask: async (peers, { serverName, asked, options }) => {
      const body = { one_time_keys: Object.fromEntries(asked) }
      const { one_time_keys: keys } = await peers.call(serverName, askForOneTimeKeys, { body }, options)
      for (const [userId, devices] of asked)
        for (const deviceId of Object.keys(devices)) {
          const given = oneTimeKeysOf(keys, userId, deviceId)
          if (given) note(claimed, userId, [deviceId, JSON.stringify(given)])
        }
    },
  })
}
