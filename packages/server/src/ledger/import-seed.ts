// Takes in the store of ocaml-matrix: users, rooms with their aliases, and keys of other servers. Nothing is believed that
// is not signed; what is left out is told with its reason. Can be done again, and adds only what is missing.
import { decodeBase64 } from '@myelin/algorithms/base64'
import { checkPdu } from '@myelin/algorithms/event-format'
import type { Pdu } from '@myelin/algorithms/event'
import { requiredSigners } from '@myelin/algorithms/event-signers'
import { eventIdOf, hashMatches } from '@myelin/algorithms/hashes'
import { isObject, type JsonObject } from '@myelin/algorithms/json'
import { roomVersion, type RoomVersionRules } from '@myelin/algorithms/room-version'
import { signingKeyIds, verifyEvent } from '@myelin/algorithms/signatures'
import { signingKeyFromPem } from '@myelin/algorithms/signing-key'
import { isUserId } from '@myelin/protocol/identifiers'
import { importUser } from '../accounts/import-users.ts'
import { seedHash } from '../accounts/seed-hash.ts'
import { publicKeyOf, type SigningKeys } from '../config/signing-keys.ts'
import type { Environment } from '../environment.ts'
import { noHooks } from '../rooms/context.ts'
import { createRooms, type Rooms } from '../rooms/rooms.ts'
import { claimIdentity } from '../store/identity.ts'
import { eventsByNids } from '../store/events.ts'
import { roomByRoomId } from '../store/rooms.ts'
import { addServerKeys } from '../store/server-keys.ts'
import { loadVector } from '../store/state.ts'
import type { Store } from '../store/store.ts'
import { Users } from '../store/users.ts'
import type { SeedStore } from './seed-store.ts'

export interface SeedImport {
  readonly seed: SeedStore
  readonly store: Store
  readonly serverName: string
  readonly keys: SigningKeys
  readonly environment: Environment
}

export interface SeedReport {
  readonly commit: string
  users: number
  rooms: number
  events: number
  keys: number
  /** What was left out, and why. */
  readonly quarantine: { readonly what: string; readonly reason: string }[]
}

// The only version that ocaml-matrix has.
const seedVersion = '6'

/** Takes in what is not there yet. */
export async function importSeed(options: SeedImport): Promise<SeedReport> {
  const { seed, store, serverName, keys, environment } = options
  await claimIdentity(store, serverName)
  const report: SeedReport = { commit: seed.commit, users: 0, rooms: 0, events: 0, keys: 0, quarantine: [] }
  const users = new Users(store)
  await importUsers(options, users, report)
  await importKeys(options, report)
  const signingKey = signingKeyFromPem(keys.active.keyId, keys.active.pem)
  const rooms = createRooms({ store, users, environment, config: { serverName, signingKey }, hooks: noHooks })
  await importRooms(options, rooms, report)
  return report
}

async function importUsers({ seed, store, serverName, environment }: SeedImport, users: Users, report: SeedReport) {
  for (const { userId, salt, password } of seed.users) {
    const isOurs = isUserId(userId) && userId.endsWith(`:${serverName}`)
    if (!isOurs || !/^[0-9a-f]{128}$/.test(password)) {
      const reason = isOurs ? 'its password is not one that ocaml-matrix makes' : `it is not a user of ${serverName}`
      report.quarantine.push({ what: userId, reason })
      continue
    }
    const passwordHash = seedHash(salt, password)
    report.users += Number(await importUser(store, users, { userId, passwordHash, nowMs: environment.now() }))
  }
}

async function importKeys({ seed, store, serverName, environment }: SeedImport, report: SeedReport): Promise<void> {
  for (const key of seed.keys) {
    if (key.serverName === serverName) continue
    // How long it is valid ocaml-matrix confuses: it is asked for again before it counts for anything new.
    const row = { keyId: key.keyId, publicKey: key.key, validUntilTs: environment.now(), expiredTs: null }
    await store.write((w) => addServerKeys(w, key.serverName, [row]))
    report.keys++
  }
}

async function importRooms(options: SeedImport, rooms: Rooms, report: SeedReport): Promise<void> {
  const { seed, serverName } = options
  const rules = roomVersion(seedVersion)
  if (!rules) throw new TypeError('Room version 6 is known')
  const byRoom = Map.groupBy(verifiedEvents(options, rules, report), ({ pdu }) => pdu.room_id ?? '')
  const names = Map.groupBy(seed.aliases, ([, roomId]) => roomId)
  for (const [roomId, state] of seed.rooms) {
    const events = (byRoom.get(roomId) ?? []).toSorted(byDepth)
    const aliases = (names.get(roomId) ?? []).map(([localpart]) => `#${localpart}:${serverName}`)
    const values = events.map(({ value }) => value)
    const taken = await rooms.takeIn({ roomId, rules, events: values, aliases, isPublic: true })
    for (const { eventId, reason } of taken.refused) report.quarantine.push({ what: eventId, reason })
    report.events += taken.events
    report.rooms += Number(taken.events > 0)
    await compareState(options, { roomId, state }, report)
    byRoom.delete(roomId)
  }
  for (const [roomId, events] of byRoom)
    for (const { eventId } of events)
      report.quarantine.push({ what: eventId, reason: `its room ${roomId} is not in the store` })
}

interface SeedEvent {
  readonly eventId: string
  readonly pdu: Pdu
  readonly value: JsonObject
}

const byDepth = (a: SeedEvent, b: SeedEvent): number =>
  a.pdu.depth - b.pdu.depth || a.pdu.origin_server_ts - b.pdu.origin_server_ts || (a.eventId < b.eventId ? -1 : 1)

function* verifiedEvents(options: SeedImport, rules: RoomVersionRules, report: SeedReport): Generator<SeedEvent> {
  const keys = knownKeys(options)
  for (const [id, text] of options.seed.events) {
    const eventId = `$${id}`
    const event = readEvent(text, eventId, rules)
    const reason = typeof event === 'string' ? event : signatureProblem(event, { keys, rules })
    if (reason === undefined && typeof event !== 'string') yield event
    else report.quarantine.push({ what: eventId, reason: reason ?? '' })
  }
}

/** The event, or why it is none. */
function readEvent(text: string, eventId: string, rules: RoomVersionRules): SeedEvent | string {
  const value = parsed(text)
  if (!isObject(value)) return 'it is not JSON'
  const { pdu, refusal } = checkPdu(value, rules)
  if (pdu === undefined) return `it is not an event: ${refusal}`
  if (eventIdOf(value, rules) !== eventId) return `it is another event, ${eventIdOf(value, rules)}`
  return hashMatches(value) ? { eventId, pdu, value } : 'its content does not match its hash'
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

type KnownKeys = ReadonlyMap<string, Uint8Array>
const nameOf = (serverName: string, keyId: string): string => `${serverName} ${keyId}`

/** The server's own keys, those in use and those before, and those of others that the store holds. */
function knownKeys({ seed, serverName, keys }: SeedImport): KnownKeys {
  const { active, old } = keys
  const own = [
    [active.keyId, publicKeyOf(active.pem)],
    ...Object.entries(old).map(([keyId, { key }]) => [keyId, key] as const),
  ]
  const all = [...seed.keys, ...own.map(([keyId = '', key = '']) => ({ serverName, keyId, key }))]
  return new Map(
    all.flatMap((each) => {
      const bytes = decodeBase64(each.key)
      return bytes ? [[nameOf(each.serverName, each.keyId), bytes] as const] : []
    }),
  )
}

function signatureProblem(
  { pdu, value }: SeedEvent,
  { keys, rules }: { keys: KnownKeys; rules: RoomVersionRules },
): string | undefined {
  for (const entity of requiredSigners(pdu, rules)) {
    const keyIds = signingKeyIds(value, entity)
    const known = keyIds.flatMap((keyId) => {
      const publicKey = keys.get(nameOf(entity, keyId))
      return publicKey ? [{ entity, keyId, publicKey }] : []
    })
    if (known.length === 0) return `it is signed with ${keyIds.join(', ') || 'no key'} of ${entity}, which is not known`
    if (!known.every((by) => verifyEvent(value, rules, by))) return `the signature of ${entity} is not valid`
  }
  return undefined
}

/** What the room's state is now, and what it was in the store. */
async function compareState(
  { store }: SeedImport,
  { roomId, state }: { readonly roomId: string; readonly state: readonly string[] },
  report: SeedReport,
): Promise<void> {
  const row = await roomByRoomId(store.read, roomId)
  const nids = [...(await loadVector(store.read, row?.snapshot ?? 0))].filter((nid) => nid !== 0)
  const is = new Set((await eventsByNids(store.read, nids)).map(({ eventId }) => eventId))
  for (const id of state)
    if (!is.has(`$${id}`))
      report.quarantine.push({ what: `$${id}`, reason: `it is not part of the state of ${roomId} any more` })
}
