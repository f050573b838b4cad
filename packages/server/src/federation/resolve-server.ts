// From a server name to where its server is: the steps of server discovery, over whatever answers their questions.
// https://spec.matrix.org/v1.19/server-server-api/#resolving-server-names
import { isIP } from 'node:net'
import { parseServerName } from '@myelin/protocol/identifiers'
import { srvRecordsMax } from '../federation-limits.ts'
import { FederationError, reasonOf } from './federation-error.ts'

export interface Endpoint {
  /** A host name or an IP address without brackets. */
  readonly host: string
  readonly port: number
}

/** Where a server is reached and who it must prove to be. */
export interface ServerTarget {
  /** Tried in this order. */
  readonly endpoints: readonly Endpoint[]
  /** The `Host` header of every request. */
  readonly hostHeader: string
  /** The host name or IP address (no brackets) the certificate must be valid for. */
  readonly certificateName: string
}

export interface SrvRecord {
  readonly name: string
  readonly port: number
  readonly priority: number
  readonly weight: number
}

export interface DiscoverySources {
  /** `m.server` of the host's `/.well-known/matrix/server`, undefined unless the answer is valid. */
  wellKnown(hostname: string): Promise<string | undefined>
  /** Records of an SRV name, none if there is no such name. Throws when that cannot be told. */
  srv(name: string): Promise<readonly SrvRecord[]>
  /** A number in [0, 1), to choose among records by weight. */
  random(): number
  /** Servers reached at a fixed `host:port`, by server name. */
  readonly overrides: Readonly<Record<string, string>>
}

export interface Resolved {
  readonly target: ServerTarget
  /** Whether SRV records were asked for, whose answers hold for a shorter time. */
  readonly viaSrv: boolean
}

export const federationPort = 8448

/** Finds a server. Throws FederationError when the name is none, or is said to have no server. */
export async function resolveServer(serverName: string, sources: DiscoverySources): Promise<Resolved> {
  const name = partsOf(serverName)
  const override = Object.hasOwn(sources.overrides, serverName) ? sources.overrides[serverName] : undefined
  if (override !== undefined) return direct(serverName, { at: partsOf(override), certificate: name.host })
  // 1. "If the hostname is an IP literal, then that IP address should be used"
  // 2. "If the hostname is not an IP literal, and the server name includes an explicit port"
  if (name.isLiteral || name.port !== undefined) return direct(serverName, { at: name, certificate: name.host })
  // 3. "a regular HTTPS request is made to https://<hostname>/.well-known/matrix/server"
  const delegated = await sources.wellKnown(name.host)
  if (delegated === undefined) return byRecords(name.host, sources)
  const to = partsOf(delegated)
  // 3.1, 3.2: the same for the delegated name
  if (to.isLiteral || to.port !== undefined) return direct(delegated, { at: to, certificate: to.host })
  // 3.3 to 3.5: "a `Host` header containing the `<delegated_hostname>`"
  return byRecords(to.host, sources)
}

interface NameParts {
  /** Without brackets. */
  readonly host: string
  readonly port: number | undefined
  readonly isLiteral: boolean
}

function partsOf(serverName: string): NameParts {
  const parts = parseServerName(serverName)
  const host = parts?.host.replace(/^\[(.*)\]$/, '$1') ?? ''
  const isLiteral = isIP(host) !== 0
  if (parts === undefined || host === '' || parts.port === 0 || (parts.isIpv6 && !isLiteral))
    throw new FederationError('refused', serverName.slice(0, 255), 'is not a server name')
  return { host, port: parts.port, isLiteral }
}

const direct = (
  hostHeader: string,
  { at, certificate }: { readonly at: NameParts; readonly certificate: string },
): Resolved => ({
  target: {
    endpoints: [{ host: at.host, port: at.port ?? federationPort }],
    hostHeader,
    certificateName: certificate,
  },
  viaSrv: false,
})

/** 3.3 to 3.5 for a delegated host name, 4 to 6 for the server's own: SRV records of either service, else port 8448. */
async function byRecords(hostname: string, sources: DiscoverySources): Promise<Resolved> {
  const all = await firstRecords(hostname, sources)
  // "A Target of "." means that the service is decidedly not available at this domain" (RFC 2782).
  const records = all.filter(({ name }) => name !== '' && name !== '.')
  if (all.length > 0 && records.length === 0)
    throw new FederationError('unreachable', hostname, 'has an SRV record that says there is no server')
  const endpoints =
    records.length === 0
      ? [{ host: hostname, port: federationPort }]
      : inOrder(records, sources.random).map(({ name, port }) => ({ host: name.replace(/\.$/, ''), port }))
  return { target: { endpoints, hostHeader: hostname, certificateName: hostname }, viaSrv: true }
}

async function firstRecords(hostname: string, { srv }: DiscoverySources): Promise<readonly SrvRecord[]> {
  try {
    const current = await srv(`_matrix-fed._tcp.${hostname}`)
    return current.length > 0 ? current : await srv(`_matrix._tcp.${hostname}`)
  } catch (cause) {
    throw new LookupFailed(hostname, cause)
  }
}

/** Whether the server has SRV records cannot be told just now. It must not be sought where it would be without them. */
export class LookupFailed extends FederationError {
  constructor(hostname: string, cause: unknown) {
    super('unreachable', hostname, `has SRV records or none, which DNS does not tell: ${reasonOf(cause)}`, { cause })
  }
}

/** "A client MUST attempt to contact the target host with the lowest-numbered priority"; by weight within one (RFC 2782). */
function inOrder(records: readonly SrvRecord[], random: () => number): SrvRecord[] {
  const byPriority = Map.groupBy(records.slice(0, srvRecordsMax), ({ priority }) => priority)
  return [...byPriority]
    .toSorted(([a], [b]) => a - b)
    .flatMap(([, group]) => group.map((record) => ({ record, rank: random() ** (1 / (record.weight || 0.01)) })))
    .toSorted((a, b) => a.record.priority - b.record.priority || b.rank - a.rank)
    .map(({ record }) => record)
}
