// `myelin ledger restore`: a new data folder with the rooms of a ledger. Every event is judged again and every state
// resolved again; what comes out is compared with the state that the ledger shows.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isObject, stringMember } from '@myelin/algorithms/json'
import { roomVersion } from '@myelin/algorithms/room-version'
import { signingKeyFromPem } from '@myelin/algorithms/signing-key'
import { ConfigError } from '../config/load.ts'
import { keepOldKeys, loadSigningKeys } from '../config/signing-keys.ts'
import { randomString, type Environment } from '../environment.ts'
import { restoreServersNamedMax } from '../limits.ts'
import { noHooks } from '../rooms/context.ts'
import { createRooms, type Rooms } from '../rooms/rooms.ts'
import { eventsByNids } from '../store/events.ts'
import { claimIdentity } from '../store/identity.ts'
import { roomByNid } from '../store/rooms.ts'
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts'
import { loadVector } from '../store/state.ts'
import type { Store } from '../store/store.ts'
import { Users } from '../store/users.ts'
import { openRepository } from './git/repository.ts'
import { ledgerEvents, type LedgerView, viewLedger } from './ledger-view.ts'
import { type RoomInTree, roomsIn } from './room-folders.ts'
import { allStateEntries, stateKeyOf } from './state-files.ts'
import { verifyRoom } from './verify-room.ts'

export interface RestoreOptions {
  readonly folder: string
  readonly branch?: string | undefined
  /** The data folder that is made. */
  readonly into: string
  readonly environment: Environment
}

export interface RestoredRoom {
  readonly path: string
  readonly roomId: string
  readonly events: number
  /** Why the room is not, or not wholly, what the ledger shows; empty when it is. */
  readonly problems: readonly string[]
}

/** Restores what a ledger holds. Throws ConfigError when the folder is in use already, GitError without a ledger. */
export async function restoreLedger({ folder, branch, into, environment }: RestoreOptions): Promise<RestoredRoom[]> {
  if (existsSync(join(into, 'myelin.db'))) throw new ConfigError(`${into} holds the data of a server already`)
  using repository = openRepository(folder)
  const view = viewLedger(repository, branch)
  const { server_name: serverName, verify_keys: keys, old_verify_keys: old } = view.server
  await using store = await openSqliteStore({ folder: into, durability: 'process', environment })
  await claimIdentity(store, serverName)
  const { active } = loadSigningKeys(into, () => randomString(environment, 6))
  keepOldKeys(into, { ...old, ...retiredAt(keys, environment.now()) })
  const signingKey = signingKeyFromPem(active.keyId, active.pem)
  const config = { serverName, signingKey }
  const rooms = createRooms({ store, users: new Users(store), environment, config, hooks: noHooks })
  const restored: RestoredRoom[] = []
  for (const room of roomsIn(view.main)) restored.push(await restoreRoom({ view, rooms, store }, room))
  return restored
}

/** The keys that signed until now are not known to the new folder: events they signed must stay verifiable. */
const retiredAt = (keys: Readonly<Record<string, { readonly key: string }>>, now: number) =>
  Object.fromEntries(Object.entries(keys).map(([keyId, { key }]) => [keyId, { key, expired_ts: now }]))

interface Restoring {
  readonly view: LedgerView
  readonly rooms: Rooms
  readonly store: Store
}

async function restoreRoom({ view, rooms, store }: Restoring, room: RoomInTree): Promise<RestoredRoom> {
  const { path, file } = room
  const problems: string[] = []
  const problem = (text: string) => void problems.push(text)
  verifyRoom(view, room, problem)
  const rules = roomVersion(file.room_version)
  const [first] = ledgerEvents(view, `${path}/events`, problem)
  if (!rules || first?.pdu['type'] !== 'm.room.create') {
    const reason = rules ? joinAgain(view, path) : 'its version is not known'
    return { path, roomId: file.room_id, events: 0, problems: [...problems, reason] }
  }
  const values = function* () {
    for (const { full, pdu } of ledgerEvents(view, `${path}/events`, problem)) yield full ?? pdu
  }
  const aliases = aliasesOf(view, path)
  const { roomNid, events, refused } = await rooms.takeIn({ roomId: file.room_id, rules, events: values(), aliases })
  for (const { eventId, reason } of refused) problem(`${eventId} was not taken in: ${reason}`)
  for (const each of await differences({ store, view }, { path, roomNid })) problem(each)
  return { path, roomId: file.room_id, events, problems }
}

/**
 * The state with which the server came into the room is what another server said of it: that must come from one again.
 */
function joinAgain({ main, server }: LedgerView, path: string): string {
  const members = allStateEntries(main, `${path}/members`).filter(({ content }) => content['membership'] === 'join')
  const servers = new Set(members.map(({ state_key: userId }) => userId.slice(userId.indexOf(':') + 1)))
  servers.delete(server.server_name)
  const through = [...servers].toSorted().slice(0, restoreServersNamedMax).join(', ')
  const where = through === '' ? ', where a server is still in it' : ` through ${through}`
  return `not restored, as its history began on another server: join it again${where}`
}

/** The names that the room says it has on this server. */
function aliasesOf({ content, server }: LedgerView, path: string): string[] {
  const entries = content ? allStateEntries(content, `${path}/state`) : []
  const named = entries.find(({ type, state_key: key }) => type === 'm.room.canonical_alias' && key === '')
  if (!isObject(named?.content)) return []
  const others: unknown = named.content['alt_aliases']
  const all = [stringMember(named.content, 'alias'), ...(Array.isArray(others) ? (others as unknown[]) : [])]
  const mine = all.filter((each) => typeof each === 'string' && each.endsWith(`:${server.server_name}`))
  return [...new Set(mine as string[])]
}

/** Where the state that was resolved again is not the one the ledger shows. */
async function differences(
  { store, view }: Pick<Restoring, 'store' | 'view'>,
  { path, roomNid }: { readonly path: string; readonly roomNid: number },
): Promise<string[]> {
  const row = await roomByNid(store.read, roomNid)
  const nids = [...(await loadVector(store.read, row?.snapshot ?? 0))].filter((nid) => nid !== 0)
  const is = new Map<string, string>()
  for (const { json, eventId } of await eventsByNids(store.read, nids)) {
    const { type, state_key: stateKey } = JSON.parse(json) as { type: string; state_key: string }
    is.set(stateKeyOf(type, stateKey), eventId)
  }
  const entries = (['state', 'members'] as const).flatMap((file) => allStateEntries(view.main, `${path}/${file}`))
  const shown = new Map(entries.map((entry) => [stateKeyOf(entry.type, entry.state_key), entry.event_id]))
  const keys = new Set([...is.keys(), ...shown.keys()])
  return [...keys]
    .filter((key) => is.get(key) !== shown.get(key))
    .map((key) => `${key} is ${is.get(key) ?? 'nothing'}, and ${shown.get(key) ?? 'nothing'} in the ledger`)
}
