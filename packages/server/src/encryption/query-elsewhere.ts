// Keys of users of other servers: from the cache where it is current, else asked for, all users of a server at once.
import { serverNameOf } from '@myelin/algorithms/user-id'
import { deviceListMembersPage } from '../limits.ts'
import { Pace } from '../federation/pace.ts'
import { deviceListOf, sharingRoom } from '../store/device-lists.ts'
import { askServers, type Failures } from './ask-servers.ts'
import { keepList, keysOfList, type FetchedList } from './cached-lists.ts'
import type { EncryptionContext, KeyOwner } from './context.ts'
import { askForKeys, listOfUser } from './peer-answers.ts'
import { storedKeys, type UserKeys } from './user-keys.ts'

interface FoundKeys {
  readonly keys: ReadonlyMap<string, UserKeys>
  readonly failures: Failures
}

interface Wanted {
  readonly userIds: readonly string[]
  readonly timeoutMs?: number | undefined
}

/** Where a server cannot be asked, what is cached of its users is better than nothing. */
export async function queryElsewhere(
  context: EncryptionContext,
  viewer: KeyOwner,
  { userIds, timeoutMs }: Wanted,
): Promise<FoundKeys> {
  const { read } = context.rooms.store
  const keys = new Map<string, UserKeys>()
  const outdated = new Map<string, number>()
  const missing: string[] = []
  const pace = new Pace(context.rooms.environment)
  for (const userId of userIds) {
    await pace.breathe()
    const userNid = await context.rooms.users.find(userId)
    const list = userNid === undefined ? undefined : await deviceListOf(read, userNid)
    if (userNid !== undefined && list?.isCurrent === 1) keys.set(userId, await storedKeys(read, userNid))
    else missing.push(userId)
    if (userNid !== undefined && list?.isCurrent === 0) outdated.set(userId, userNid)
  }
  const failures = await fetchLists(context, viewer, { userIds: missing, timeoutMs, found: keys })
  for (const [userId, userNid] of outdated) if (!keys.has(userId)) keys.set(userId, await storedKeys(read, userNid))
  return { keys, failures }
}

interface Missing extends Wanted {
  readonly found: Map<string, UserKeys>
}

async function fetchLists(
  context: EncryptionContext,
  viewer: KeyOwner,
  { userIds, timeoutMs, found }: Missing,
): Promise<Failures> {
  if (userIds.length === 0) return {}
  const tracked = await trackedAmong(context, viewer, userIds)
  return askServers(context, Map.groupBy(userIds, serverNameOf), {
    timeoutMs,
    ask: async (peers, { serverName, asked, options }) => {
      const fetches = asked.map((userId) => beginFetch(context, userId, tracked.get(userId)))
      try {
        const body = { device_keys: Object.fromEntries(asked.map((userId) => [userId, []])) }
        const answer = await peers.call(serverName, askForKeys, { body }, options)
        for (const fetch of fetches) await fetch.keep(listOfUser(answer, fetch.userId))
        for (const { userId } of fetches)
          if (Object.hasOwn(answer.device_keys, userId)) found.set(userId, keysOfList(listOfUser(answer, userId)))
      } finally {
        for (const fetch of fetches) fetch.end()
      }
    },
  })
}

/** Users who share a room with the viewer are cached, because their server tells this one what changes. */
function beginFetch(context: EncryptionContext, userId: string, userNid: number | undefined) {
  if (userNid === undefined) return { userId, keep: async () => undefined, end: () => undefined }
  const fetch = context.fetches.begin(userNid)
  return {
    userId,
    keep: (list: FetchedList) => keepList(context, userNid, { list, isCurrent: () => fetch.isUntouched }),
    end: () => fetch.end(),
  }
}

async function trackedAmong(
  { rooms }: EncryptionContext,
  viewer: KeyOwner,
  userIds: readonly string[],
): Promise<Map<string, number>> {
  const nids = new Map<number, string>()
  for (const userId of userIds) {
    const nid = await rooms.users.find(userId)
    if (nid !== undefined) nids.set(nid, userId)
  }
  const all = [...nids.keys()]
  const tracked = new Map<string, number>()
  const pace = new Pace(rooms.environment)
  for (let from = 0; from < all.length; from += deviceListMembersPage) {
    await pace.breathe()
    for (const nid of await sharingRoom(
      rooms.store.read,
      viewer.userNid,
      all.slice(from, from + deviceListMembersPage),
    ))
      tracked.set(nids.get(nid) ?? '', nid)
  }
  return tracked
}
