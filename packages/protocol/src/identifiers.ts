// Identifiers: branded strings, their parsers, and their schemas. The parsers accept everything the specification says
// must be accepted, history included; the `New…` schemas hold what local clients may ask a server to create.
// https://spec.matrix.org/v1.19/appendices/#identifier-grammar
import { Type } from 'typebox'
import type { TSchema, TUnsafe } from 'typebox'

declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

/** Any of the branded strings below. */
export type Identifier = Branded<string>
export type ServerName = Branded<'ServerName'>
export type UserId = Branded<'UserId'>
export type RoomId = Branded<'RoomId'>
export type RoomAlias = Branded<'RoomAlias'>
export type EventId = Branded<'EventId'>
export type DeviceId = Branded<'DeviceId'>
export type MxcUri = Branded<'MxcUri'>
export type KeyId = Branded<'KeyId'>
export type RoomVersionId = Branded<'RoomVersionId'>

/** A type with its identifiers as plain strings: for those who have them as text and leave the check to others. */
export type Plain<T> = T extends Identifier
  ? string
  : T extends string | number | boolean | null | undefined
    ? T
    : T extends readonly (infer Item)[]
      ? readonly Plain<Item>[]
      : T extends object
        ? { readonly [Name in keyof T]: Plain<T[Name]> }
        : T

/** "The length of a user ID, including the `@` sigil and the domain, MUST NOT exceed 255 bytes"; likewise the others. */
export const identifierBytesMax = 255

/** Length of a text in UTF-8 bytes; lone surrogates count as three. */
export const utf8Length = (text: string): number => {
  let bytes = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) continue
    if (unit < 0x800) bytes += 1
    else if (unit >= 0xd800 && unit < 0xdc00 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      bytes += 2
      i++
    } else bytes += 2
  }
  return bytes
}

const fits = (text: string): boolean =>
  text.length <= identifierBytesMax && (text.length * 3 <= identifierBytesMax || utf8Length(text) <= identifierBytesMax)
const isClean = (text: string): boolean => !text.includes('\0') && text.isWellFormed()

const serverNamePattern = /^(?:\[([0-9A-Fa-f:.]{2,45})\]|([0-9A-Za-z.-]{1,255}))(?::([0-9]{1,5}))?$/

/** A server name taken apart: brackets of an IPv6 literal are kept in `host`. */
export interface ServerNameParts {
  readonly host: string
  readonly port: number | undefined
  readonly isIpv6: boolean
}

/** Takes a server name apart, or undefined if it is none. */
export const parseServerName = (text: string): ServerNameParts | undefined => {
  const found = serverNamePattern.exec(text)
  if (!found || !fits(text)) return undefined
  const [, ipv6, host, port] = found
  const portNumber = port === undefined ? undefined : Number(port)
  if (portNumber !== undefined && portNumber > 65_535) return undefined
  return { host: ipv6 === undefined ? (host ?? '') : `[${ipv6}]`, port: portNumber, isIpv6: ipv6 !== undefined }
}

/** Whether the text is a server name: DNS name, IPv4 or bracketed IPv6 address, with an optional port. */
export const isServerName = (text: string): text is ServerName => parseServerName(text) !== undefined

/** What stands before and after the first colon of a user ID or room alias, sigil removed. */
export interface LocalpartAndServer {
  readonly localpart: string
  readonly serverName: ServerName
}

const parseWithServer = (sigil: string, text: string): LocalpartAndServer | undefined => {
  const colon = text.indexOf(':')
  if (colon < 1 || text[0] !== sigil || !fits(text) || !isClean(text)) return undefined
  const serverName = text.slice(colon + 1)
  return isServerName(serverName) ? { localpart: text.slice(1, colon), serverName } : undefined
}

/** Takes a user ID apart; historical localparts (any Unicode but `:` and NUL, even empty) are accepted. */
export const parseUserId = (text: string): LocalpartAndServer | undefined => parseWithServer('@', text)

/** Whether the text is a user ID, historical ones included. */
export const isUserId = (text: string): text is UserId => parseUserId(text) !== undefined

/** Takes a room alias apart. */
export const parseRoomAlias = (text: string): LocalpartAndServer | undefined => parseWithServer('#', text)

/** Whether the text is a room alias. */
export const isRoomAlias = (text: string): text is RoomAlias => parseRoomAlias(text) !== undefined

const hashRoomIdPattern = /^![A-Za-z0-9_-]{43}$/

/** Whether the text is a room ID: `!opaque:domain` (room versions 1–11) or `!` and 43 characters of base64 (from 12). */
export const isRoomId = (text: string): text is RoomId =>
  parseWithServer('!', text) !== undefined || hashRoomIdPattern.test(text)

/** Whether the text is a room ID or a room alias. */
export const isRoomIdOrAlias = (text: string): text is RoomId | RoomAlias =>
  text[0] === '#' ? isRoomAlias(text) : isRoomId(text)

/** Whether the text is an event ID. Event IDs are opaque: `$` and up to 254 bytes. */
export const isEventId = (text: string): text is EventId =>
  text.length > 1 && text[0] === '$' && fits(text) && isClean(text)

/** Whether the text can be a device ID: any 1–255 bytes without NUL. */
export const isDeviceId = (text: string): text is DeviceId => text.length > 0 && fits(text) && isClean(text)

/** The server a user ID, room alias or domained room or event ID names, or undefined when it names none. */
export const serverNameOf = (identifier: string): ServerName | undefined => {
  const colon = identifier.indexOf(':')
  const serverName = identifier.slice(colon + 1)
  return colon > 0 && isServerName(serverName) ? serverName : undefined
}

/** Server and media ID of a content URI. */
export interface MxcParts {
  readonly serverName: ServerName
  readonly mediaId: string
}

const mxcPattern = /^mxc:\/\/([^/]+)\/([A-Za-z0-9_-]{1,255})$/

/** Takes `mxc://server/media-id` apart; media IDs with other characters than `A-Za-z0-9_-` are refused. */
export const parseMxc = (text: string): MxcParts | undefined => {
  const [, serverName = '', mediaId = ''] = mxcPattern.exec(text) ?? []
  return isServerName(serverName) ? { serverName, mediaId } : undefined
}

/** Whether the text is a content URI. */
export const isMxc = (text: string): text is MxcUri => parseMxc(text) !== undefined

/** Algorithm and name of a key ID such as `ed25519:auto` or `signed_curve25519:AAAAHg`. */
export interface KeyIdParts {
  readonly algorithm: string
  readonly name: string
}

/** Takes a key ID apart: of a server, a device, a cross-signing key or a one-time key. */
export const parseKeyId = (text: string): KeyIdParts | undefined => {
  const colon = text.indexOf(':')
  if (colon < 1 || colon === text.length - 1 || !fits(text) || !isClean(text)) return undefined
  return { algorithm: text.slice(0, colon), name: text.slice(colon + 1) }
}

/** Whether the text is a key ID. */
export const isKeyId = (text: string): text is KeyId => parseKeyId(text) !== undefined

/** Whether the text can be a room version: 1–32 characters of `a-z0-9.-`. */
export const isRoomVersionId = (text: string): text is RoomVersionId => /^[a-z0-9.-]{1,32}$/.test(text)

/** Whether the text follows the opaque identifier grammar (transaction IDs, sessions, tokens): 1–255 of `0-9A-Za-z._~-`. */
export const isOpaqueId = (text: string): boolean => /^[0-9A-Za-z._~-]{1,255}$/.test(text)

/** Whether the text follows the common namespaced identifier grammar: 1–255, `[a-z]` first, then `[a-z0-9-_.]`. */
export const isNamespacedId = (text: string): boolean => /^[a-z][a-z0-9_.-]{0,254}$/.test(text)

/** Whether a new user may have this localpart: one or more of `a-z0-9._=-/+`. */
export const isNewLocalpart = (text: string): boolean => /^[a-z0-9._=\-/+]+$/.test(text)

/** Whether the text is a user ID that may be created today. */
export const isNewUserId = (text: string): text is UserId => {
  const parts = parseUserId(text)
  return parts !== undefined && isNewLocalpart(parts.localpart)
}

const identifierSchema = <Identifier extends string>(
  title: string,
  isValid: (text: string) => boolean,
  description: string,
): TUnsafe<Identifier> => {
  const text: TSchema = Type.Refine(Type.String({ title, description }), isValid, () => `must be ${description}`)
  return Type.Unsafe<Identifier>(text)
}

export const ServerName = identifierSchema<ServerName>('ServerName', isServerName, 'a server name')
export const UserId = identifierSchema<UserId>('UserId', isUserId, 'a user ID')
export const RoomId = identifierSchema<RoomId>('RoomId', isRoomId, 'a room ID')
export const RoomAlias = identifierSchema<RoomAlias>('RoomAlias', isRoomAlias, 'a room alias')
export const RoomIdOrAlias = identifierSchema<RoomId | RoomAlias>(
  'RoomIdOrAlias',
  isRoomIdOrAlias,
  'a room ID or room alias',
)
export const EventId = identifierSchema<EventId>('EventId', isEventId, 'an event ID')
export const DeviceId = identifierSchema<DeviceId>('DeviceId', isDeviceId, 'a device ID')
export const MxcUri = identifierSchema<MxcUri>('MxcUri', isMxc, 'a content URI (mxc://…)')
export const KeyId = identifierSchema<KeyId>('KeyId', isKeyId, 'a key ID (algorithm:name)')
export const RoomVersionId = identifierSchema<RoomVersionId>('RoomVersionId', isRoomVersionId, 'a room version')
export const OpaqueId = identifierSchema<string>(
  'OpaqueId',
  isOpaqueId,
  'an opaque identifier (1–255 of 0-9A-Za-z._~-)',
)
export const NamespacedId = identifierSchema<string>('NamespacedId', isNamespacedId, 'a namespaced identifier')
