// Server discovery with its memory: what a host says about delegation is kept as long as it allows, failures ever longer.
// https://spec.matrix.org/v1.19/server-server-api/#resolving-server-names
import type { Environment } from '../environment.ts'
import {
  serversDiscoveredMax,
  srvCachedMs,
  srvRetryMs,
  wellKnownCachedDefaultMs,
  wellKnownCachedMaxMs,
  wellKnownCachedMinMs,
  wellKnownRetryFirstMs,
  wellKnownRetryMaxMs,
} from '../federation-limits.ts'
import { BoundedMap } from './bounded-map.ts'
import { delayAfter } from './doubling.ts'
import { LookupFailed, resolveServer, type ServerTarget, type SrvRecord } from './resolve-server.ts'

/** What came of asking for `/.well-known/matrix/server`. */
export type WellKnownAnswer =
  | { readonly kind: 'found'; readonly server: string; readonly maxAgeMs: number | undefined }
  /** The host answered, but not with a delegation. */
  | { readonly kind: 'none' }
  /** The host could not be asked. */
  | { readonly kind: 'failed' }

/** Asks the network. */
export interface Resolver {
  wellKnown(hostname: string): Promise<WellKnownAnswer>
  /** Throws when it cannot be told whether there are records. */
  srv(name: string): Promise<readonly SrvRecord[]>
}

export interface DiscoveryOptions {
  readonly environment: Environment
  readonly resolver: Resolver
  readonly overrides: Readonly<Record<string, string>>
}

export interface Discovery {
  /** Where the server is. Throws FederationError. */
  resolve(serverName: string): Promise<ServerTarget>
  /** The server could not be reached where it was thought to be: asks again next time. */
  forget(serverName: string): void
}

interface KnownTarget {
  readonly target: Promise<ServerTarget>
  untilMs: number
}

interface KnownDelegation {
  readonly server: string | undefined
  /** When a delegation was last heard from the host. */
  readonly heardMs: number
  readonly failures: number
  readonly untilMs: number
}

export function createDiscovery({ environment, resolver, overrides }: DiscoveryOptions): Discovery {
  const targets = new BoundedMap<KnownTarget>(serversDiscoveredMax)
  const delegations = new BoundedMap<KnownDelegation>(serversDiscoveredMax)
  const sources = {
    overrides,
    wellKnown: async (hostname: string) => (await delegationOf(hostname)).server,
    srv: resolver.srv,
    random: () => (environment.random(1)[0] ?? 0) / 256,
  }
  return {
    resolve: (serverName) => {
      const known = targets.get(serverName)
      if (known !== undefined && known.untilMs > environment.now()) return known.target
      return find(serverName)
    },
    forget: (serverName) => {
      // What was known of it may still be what is known best, where DNS cannot be asked.
      const target = targets.get(serverName)
      if (target) target.untilMs = 0
      const known = delegations.get(serverName)
      const isOld = known?.failures === 0 && environment.now() - known.heardMs >= wellKnownCachedMinMs
      if (isOld) delegations.set(serverName, { ...known, untilMs: 0 })
    },
  }

  /** Callers that come while the search is under way share it. */
  function find(serverName: string): Promise<ServerTarget> {
    const before = targets.get(serverName)?.target
    const search = resolveServer(serverName, sources)
    const target = search.then(
      (found) => found.target,
      (error: unknown) => {
        if (before !== undefined && error instanceof LookupFailed) return before
        throw error
      },
    )
    const known: KnownTarget = { target, untilMs: Infinity }
    targets.set(serverName, known)
    void search.then(
      ({ viaSrv }) => void (known.untilMs = keptUntil(serverName, viaSrv)),
      (error: unknown) => {
        if (error instanceof LookupFailed) known.untilMs = environment.now() + srvRetryMs
        else targets.delete(serverName)
      },
    )
    return target
  }

  function keptUntil(serverName: string, viaSrv: boolean): number {
    const now = environment.now()
    const delegatedMs = delegations.get(serverName)?.untilMs ?? now + wellKnownCachedDefaultMs
    return viaSrv ? Math.min(delegatedMs, now + srvCachedMs) : delegatedMs
  }

  async function delegationOf(hostname: string): Promise<KnownDelegation> {
    const known = delegations.get(hostname)
    if (known !== undefined && known.untilMs > environment.now()) return known
    const fresh = learned(known, await resolver.wellKnown(hostname), environment.now())
    delegations.set(hostname, fresh)
    return fresh
  }
}

/** "Errors are recommended to be cached for up to an hour, and servers are encouraged to exponentially back off". */
function learned(known: KnownDelegation | undefined, answer: WellKnownAnswer, now: number): KnownDelegation {
  if (answer.kind === 'found') {
    const ageMs = answer.maxAgeMs ?? wellKnownCachedDefaultMs
    const keptMs = Math.min(Math.max(ageMs, wellKnownCachedMinMs), wellKnownCachedMaxMs)
    return { server: answer.server, heardMs: now, failures: 0, untilMs: now + keptMs }
  }
  const failures = (known?.failures ?? 0) + 1
  const untilMs = now + delayAfter(failures, { firstMs: wellKnownRetryFirstMs, maxMs: wellKnownRetryMaxMs })
  // A delegation outlives an outage of the host that announced it, as long as any may be kept.
  const outlives = answer.kind === 'failed' && known !== undefined && now - known.heardMs < wellKnownCachedMaxMs
  return { server: outlives ? known.server : undefined, heardMs: known?.heardMs ?? 0, failures, untilMs }
}
