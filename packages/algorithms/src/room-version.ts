// The room versions, as data: each is the one before it and what it changed. Nothing else compares version ids.
// https://spec.matrix.org/v1.19/rooms/
import { type AuthRuleFeatures, type AuthRuleNumbers, authRuleNumbers } from './auth-rule-numbers.ts'
import type { CanonicalJsonMode } from './canonical-json.ts'
import {
  type RedactionRules,
  redactionV1,
  redactionV11,
  redactionV6,
  redactionV8,
  redactionV9,
} from './redaction-rules.ts'

interface Features extends AuthRuleFeatures {
  readonly id: string
  readonly stateResolution: 'v1' | 'v2' | 'v2.1'
  /** `opaque`: chosen by the sending server and part of the event; otherwise the reference hash in that alphabet. */
  readonly eventIdFormat: 'opaque' | 'base64' | 'base64url'
  /** How `auth_events` and `prev_events` name events: `[id, {sha256}]` pairs, or ids. */
  readonly eventReferences: 'pairs' | 'ids'
  /** The room id is the create event's id with `!` for `$`, so the create event has no `room_id` and is never cited. */
  readonly roomIdIsCreateHash: boolean
  /** Redactions are judged by the authorisation rules rather than when they are applied. */
  readonly redactionRule: boolean
  /** `m.room.aliases` has a rule of its own. */
  readonly aliasesRule: boolean
  readonly redaction: RedactionRules
  /** Whether events that have no canonical JSON are refused. */
  readonly canonicalJson: CanonicalJsonMode
  /** Greatest `depth`. */
  readonly depthMax: number
  /** Signing keys count only until their `valid_until_ts`. */
  readonly keyValidity: boolean
  /** The server named by the event id must have signed, too. */
  readonly eventIdServerSigns: boolean
  /** Changes of `notifications` power levels are authorised. */
  readonly notificationLevels: boolean
  /** Power levels may be floats, which are truncated. */
  readonly floatPowerLevels: boolean
  /** Power levels must be integers; before that, text holding an integer counts, too. */
  readonly integerPowerLevels: boolean
  readonly knocking: boolean
  readonly restrictedJoins: boolean
  readonly knockRestrictedJoins: boolean
  /** The creator is `content.creator`; otherwise the sender of the create event. */
  readonly creatorInContent: boolean
  /** A redaction names its event in `content.redacts`; otherwise at top level. */
  readonly redactsInContent: boolean
  /** Creators stand above every power level, and `additional_creators` names more of them. */
  readonly privilegedCreators: boolean
  /** Identifiers are measured in bytes; otherwise in code points. */
  readonly lengthsInBytes: boolean
}

/** All that differs between room versions. */
export interface RoomVersionRules extends Features {
  readonly authRules: AuthRuleNumbers
}

const v1: Features = {
  id: '1',
  stateResolution: 'v1',
  eventIdFormat: 'opaque',
  eventReferences: 'pairs',
  roomIdIsCreateHash: false,
  redactionRule: true,
  aliasesRule: true,
  redaction: redactionV1,
  canonicalJson: 'lenient',
  depthMax: 2 ** 63,
  keyValidity: false,
  eventIdServerSigns: true,
  notificationLevels: false,
  floatPowerLevels: true,
  integerPowerLevels: false,
  knocking: false,
  restrictedJoins: false,
  knockRestrictedJoins: false,
  creatorInContent: true,
  redactsInContent: false,
  privilegedCreators: false,
  lengthsInBytes: false,
}
const v2: Features = { ...v1, id: '2', stateResolution: 'v2' }
const v3: Features = {
  ...v2,
  id: '3',
  eventIdFormat: 'base64',
  eventReferences: 'ids',
  redactionRule: false,
  eventIdServerSigns: false,
}
const v4: Features = { ...v3, id: '4', eventIdFormat: 'base64url' }
const v5: Features = { ...v4, id: '5', keyValidity: true }
const v6: Features = {
  ...v5,
  id: '6',
  aliasesRule: false,
  redaction: redactionV6,
  canonicalJson: 'strict',
  depthMax: Number.MAX_SAFE_INTEGER,
  notificationLevels: true,
  floatPowerLevels: false,
}
const v7: Features = { ...v6, id: '7', knocking: true }
const v8: Features = { ...v7, id: '8', restrictedJoins: true, redaction: redactionV8 }
const v9: Features = { ...v8, id: '9', redaction: redactionV9 }
const v10: Features = { ...v9, id: '10', integerPowerLevels: true, knockRestrictedJoins: true }
const v11: Features = {
  ...v10,
  id: '11',
  redaction: redactionV11,
  creatorInContent: false,
  redactsInContent: true,
  lengthsInBytes: true,
}
const v12: Features = {
  ...v11,
  id: '12',
  stateResolution: 'v2.1',
  roomIdIsCreateHash: true,
  privilegedCreators: true,
}

const versions: ReadonlyMap<string, RoomVersionRules> = new Map(
  [v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12].map((version) => [
    version.id,
    { ...version, authRules: authRuleNumbers(version) },
  ]),
)

/** The version new rooms get: "Servers SHOULD default to room version 12". */
export const defaultRoomVersion = '12'

/** Every room version there is, oldest first; all are stable. */
export const roomVersions: readonly RoomVersionRules[] = [...versions.values()]

/** The rules of a room version, or undefined for one that is not recognised. */
export const roomVersion = (id: string): RoomVersionRules | undefined => versions.get(id)
