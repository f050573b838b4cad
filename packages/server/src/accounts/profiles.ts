// Profiles: display name, avatar and fields of any name. https://spec.matrix.org/v1.19/client-server-api/#profiles
import { MatrixError } from '@myelin/protocol/errors'
import { isMxc, isNamespacedId, utf8Length, type UserId } from '@myelin/protocol/identifiers'
import { avatarUrlCharactersMax, displayNameCharactersMax, profileBytesMax, profileKeyBytesMax } from '../limits.ts'
import { accountOf, type Account } from '../store/accounts.ts'
import { deleteProfileField, profileFields, setProfileField, type ProfileField } from '../store/profiles.ts'
import { journalKind } from '../store/store.ts'
import { requireNotSuspended } from './authentication.ts'
import { alone, type AccountsContext } from './context.ts'
import type { Requester } from './requester.ts'

/** The profile of a user, whose server is asked unless it is this one. Throws `M_NOT_FOUND`. */
export async function getProfile(context: AccountsContext, userId: string): Promise<Readonly<Record<string, unknown>>> {
  const { store, config, remoteProfiles } = context
  if (!userId.endsWith(`:${config.serverName}`)) return remoteProfiles.get(userId)
  const account = await requireAccount(store.read, userId)
  return toProfile(await profileFields(store.read, account.userNid))
}

const toProfile = (fields: readonly ProfileField[]): Record<string, unknown> =>
  Object.fromEntries(fields.map(({ field, value }): [string, unknown] => [field, JSON.parse(value)]))

/** One field of a profile, as an object with that key. Throws `M_NOT_FOUND`. */
export async function getProfileField(
  context: AccountsContext,
  userId: string,
  field: string,
): Promise<Record<string, unknown>> {
  const profile = await getProfile(context, userId)
  if (!Object.hasOwn(profile, field)) throw new MatrixError('M_NOT_FOUND', 'This user has no such profile field')
  return { [field]: profile[field] }
}

/** What of a profile goes into the user's member events; empty for users without an account here. */
export async function memberFields(
  { store }: AccountsContext,
  userId: string,
): Promise<{ displayname?: string; avatar_url?: string }> {
  const account = await accountOf(store.read, userId)
  const { displayname, avatar_url } = account ? toProfile(await profileFields(store.read, account.userNid)) : {}
  return {
    ...(typeof displayname === 'string' && { displayname }),
    ...(typeof avatar_url === 'string' && { avatar_url }),
  }
}

/** Whose field is to change, and by whom: users change their own, administrators everybody's. */
export interface FieldChange {
  readonly requester: Requester
  readonly userId: UserId
  readonly field: string
}

/**
 * Sets a field from an object that has it as a key; an empty display name or avatar removes it.
 * Throws `M_MISSING_PARAM`, `M_INVALID_PARAM`, `M_BAD_JSON`, `M_KEY_TOO_LARGE`, `M_PROFILE_TOO_LARGE`, `M_FORBIDDEN`.
 */
export async function setField(
  context: AccountsContext,
  change: FieldChange,
  body: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { field } = change
  requireKey(field)
  if (!Object.hasOwn(body, field)) throw new MatrixError('M_MISSING_PARAM', `${field} is missing`)
  const value = body[field]
  requireValue(field, value)
  const isEmpty = value === '' && (field === 'displayname' || field === 'avatar_url')
  await apply(context, change, isEmpty ? undefined : value)
}

/** Removes a field, if there is one. Throws `M_INVALID_PARAM`, `M_FORBIDDEN`. */
export async function deleteField(context: AccountsContext, change: FieldChange): Promise<void> {
  requireKey(change.field)
  await apply(context, change, undefined)
}

async function apply(context: AccountsContext, change: FieldChange, value: unknown): Promise<void> {
  const { userId, field } = change
  requirePermission(change)
  const { userNid } = await requireAccount(context.store.read, userId)
  await alone(context, userNid, async () => {
    const fields = await profileFields(context.store.read, userNid)
    const text = value === undefined ? undefined : JSON.stringify(value)
    if (fields.find((each) => each.field === field)?.value === text) return
    if (text !== undefined) requireRoom(fields, { field, value: text })
    await context.store.write((w) => {
      if (text === undefined) deleteProfileField(w, userNid, field)
      else setProfileField(w, userNid, { field, value: text })
      w.journal({ kind: journalKind.profile, room: 0, user: userNid, ref: 0 })
    })
  })
  // Also when nothing changed here: whoever sets it again may be repairing what a stop of the server interrupted.
  if (field === 'displayname' || field === 'avatar_url')
    await context.hooks.onProfileChanged?.({ userNid, userId, field, value })
}

async function requireAccount(read: AccountsContext['store']['read'], userId: string): Promise<Account> {
  const account = await accountOf(read, userId)
  if (!account || account.isDeactivated) throw new MatrixError('M_NOT_FOUND', 'There is no such user here')
  return account
}

function requirePermission({ requester, userId, field }: FieldChange): void {
  if (requester.userId !== userId && !requester.isAdmin)
    throw new MatrixError('M_FORBIDDEN', 'You cannot change the profile of another user')
  if (requester.isGuest && field !== 'displayname')
    throw new MatrixError('M_GUEST_ACCESS_FORBIDDEN', 'Guests can change their display name only')
  requireNotSuspended(requester)
}

function requireKey(field: string): void {
  if (utf8Length(field) > profileKeyBytesMax)
    throw new MatrixError('M_KEY_TOO_LARGE', `The name of a profile field has at most ${profileKeyBytesMax} bytes`)
  if (!isNamespacedId(field)) throw new MatrixError('M_INVALID_PARAM', 'This cannot be the name of a profile field')
}

function requireValue(field: string, value: unknown): void {
  if ((field === 'displayname' || field === 'avatar_url' || field === 'm.tz') && typeof value !== 'string')
    throw new MatrixError('M_BAD_JSON', `${field} must be a string`)
  if (field === 'displayname' && String(value).length > displayNameCharactersMax)
    throw new MatrixError('M_INVALID_PARAM', `A display name has at most ${displayNameCharactersMax} characters`)
  if (
    field === 'avatar_url' &&
    value !== '' &&
    !(isMxc(String(value)) && String(value).length <= avatarUrlCharactersMax)
  )
    throw new MatrixError('M_INVALID_PARAM', 'avatar_url must be a content URI (mxc://…)')
}

/** "The total profile MUST be under 64 KiB." https://spec.matrix.org/v1.19/client-server-api/#profiles */
function requireRoom(fields: readonly ProfileField[], added: ProfileField): void {
  const kept = fields.filter(({ field }) => field !== added.field)
  if (utf8Length(JSON.stringify(toProfile([...kept, added]))) >= profileBytesMax)
    throw new MatrixError('M_PROFILE_TOO_LARGE', 'The profile would be larger than 64 KiB')
}
