// Server access control: which servers may take part in a room.
// https://spec.matrix.org/v1.19/client-server-api/#mroomserver_acl
import { type Glob, compileGlob, matchesWhole } from './glob.ts'
import { type JsonObject, member } from './json.ts'

/** Whether a server may take part. */
export type ServerAcl = (serverName: string) => boolean

const everybody: ServerAcl = () => true
const known = new WeakMap<JsonObject, ServerAcl>()

/** The access list of a room whose m.room.server_acl has this content, or which has none. Remembered for each content. */
export const serverAcl = (content: JsonObject | undefined): ServerAcl => {
  if (content === undefined) return everybody
  const found = known.get(content)
  if (found !== undefined) return found
  const acl = compile(content)
  known.set(content, acl)
  return acl
}

/** The rules in their order: IP literals, then `deny`, then `allow`, and otherwise denied. Names match in any case. */
const compile = (content: JsonObject): ServerAcl => {
  const deniesLiterals = member(content, 'allow_ip_literals') === false
  const deny = globs(member(content, 'deny'))
  const allow = globs(member(content, 'allow'))
  return (serverName) => {
    const host = withoutPort(serverName)
    if (deniesLiterals && isIpLiteral(host)) return false
    if (deny.some((glob) => matchesWhole(glob, host))) return false
    return allow.some((glob) => matchesWhole(glob, host))
  }
}

const globs = (list: unknown): readonly Glob[] =>
  Array.isArray(list) ? list.filter((entry) => typeof entry === 'string').map((entry) => compileGlob(entry)) : []

/** "The suspect server's port number must not be considered." */
const withoutPort = (serverName: string): string => serverName.replace(/:\d*$/, '')

const isIpLiteral = (host: string): boolean => host.startsWith('[') || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(host)
