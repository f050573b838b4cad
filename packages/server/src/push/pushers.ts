// Pushers: stored as clients set them. https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3pushersset
import { MatrixError } from '@myelin/protocol/errors'
import { pushersPerUserMax } from '../limits.ts'
import { pushersOf, removeOthersPushers, removePusher, setPusher as storePusher } from '../store/push.ts'
import type { Store } from '../store/store.ts'

/** A pusher as clients see it. */
export interface Pusher {
  readonly pushkey: string
  readonly kind: string
  readonly app_id: string
  readonly app_display_name: string
  readonly device_display_name: string
  readonly profile_tag?: string
  readonly lang: string
  readonly data: { readonly url?: string; readonly format?: string }
}

/** What a client asks for: fields of the request. */
export interface PusherRequest {
  readonly pushkey: string
  /** `null` deletes the pusher. */
  readonly kind: string | null
  readonly app_id: string
  readonly app_display_name?: string
  readonly device_display_name?: string
  readonly profile_tag?: string
  readonly lang?: string
  readonly data?: { readonly url?: string; readonly format?: string }
  /** Leave pushers of other users with the same app and key alone. */
  readonly append?: boolean
}

export interface PusherOwner {
  readonly userNid: number
  readonly deviceNid: number
}

/** The pushers of a user. */
export const pushers = async (store: Store, userNid: number): Promise<Pusher[]> =>
  (await pushersOf(store.read, userNid)).map((row) => JSON.parse(row.json) as Pusher)

/** Adds, changes or (kind null) deletes a pusher. Throws M_MISSING_PARAM and M_INVALID_PARAM. */
export async function setPusher(store: Store, owner: PusherOwner, request: PusherRequest): Promise<void> {
  const { pushkey, app_id: appId } = request
  if (Buffer.byteLength(pushkey) > 512) throw new MatrixError('M_INVALID_PARAM', 'A pushkey has at most 512 bytes')
  if (appId.length > 64) throw new MatrixError('M_INVALID_PARAM', 'An app_id has at most 64 characters')
  if (request.kind === null) return store.write((w) => removePusher(w, owner.userNid, appId, pushkey))
  const pusher = checked(request, request.kind)
  const own = await pushersOf(store.read, owner.userNid)
  const isNew = !own.some((row) => row.app_id === appId && row.pushkey === pushkey)
  if (isNew && own.length >= pushersPerUserMax) throw new MatrixError('M_LIMIT_EXCEEDED', 'You have too many pushers')
  const row = { user_nid: owner.userNid, app_id: appId, pushkey, device_nid: owner.deviceNid }
  await store.write((w) => {
    if (request.append !== true) removeOthersPushers(w, owner.userNid, appId, pushkey)
    storePusher(w, { ...row, json: JSON.stringify(pusher) })
  })
}

/** "Required if `kind` is not `null`"; of HTTP pushers "the URL … MUST be an HTTPS URL with a path of /_matrix/push/v1/notify". */
function checked(request: PusherRequest, kind: string): Pusher {
  const { app_display_name: appName, device_display_name: deviceName, lang, data } = request
  if (appName === undefined || deviceName === undefined || lang === undefined || data === undefined)
    throw new MatrixError('M_MISSING_PARAM', 'A pusher needs app_display_name, device_display_name, lang and data')
  if (kind === 'http') requireGatewayUrl(data.url)
  else if (kind !== 'email') throw new MatrixError('M_INVALID_PARAM', 'Pushers are of kind http or email')
  const { pushkey, app_id, profile_tag: tag } = request
  const names = { app_display_name: appName, device_display_name: deviceName }
  return { pushkey, kind, app_id, ...names, ...(tag !== undefined && { profile_tag: tag }), lang, data }
}

function requireGatewayUrl(url: string | undefined) {
  if (url === undefined) throw new MatrixError('M_MISSING_PARAM', 'An HTTP pusher needs data.url')
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  const isHttp = parsed?.protocol === 'https:' || parsed?.protocol === 'http:'
  if (!isHttp || parsed.pathname !== '/_matrix/push/v1/notify')
    throw new MatrixError('M_INVALID_PARAM', 'data.url must be an HTTPS URL with the path /_matrix/push/v1/notify')
}
