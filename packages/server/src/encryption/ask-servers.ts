// Asking several servers at once on behalf of a client: each has the same time from when it is asked, and fails by itself.
import type { MatrixError } from '@myelin/protocol/errors'
import type { BoundedMap } from '../federation/bounded-map.ts'
import { FederationError } from '../federation/federation-error.ts'
import type { PeerCallOptions, PeerClient } from '../federation/peer-client.ts'
import { federationLongAnswerBytesMax } from '../federation-limits.ts'
import { keyProbeIntervalMs, keyQueryTimeoutDefaultMs, keyQueryTimeoutMaxMs } from '../limits.ts'
import type { EncryptionContext } from './context.ts'

/** What went wrong, by server name. */
export type Failures = Record<string, { readonly errcode: string; readonly error: string }>

interface Asked<T> {
  readonly serverName: string
  readonly asked: readonly T[]
  readonly options: PeerCallOptions
}

interface Question<T> {
  /** How long the client waits, milliseconds. */
  readonly timeoutMs: number | undefined
  ask(peers: PeerClient, server: Asked<T>): Promise<void>
}

/** Asks every server; "if any remote homeservers could not be reached, they are recorded". */
export async function askServers<T>(
  { rooms, probes, questions }: EncryptionContext,
  byServer: ReadonlyMap<string, readonly T[]>,
  { timeoutMs = keyQueryTimeoutDefaultMs, ask }: Question<T>,
): Promise<Failures> {
  const failures: Failures = {}
  const withinMs = Math.min(Math.max(timeoutMs, 1), keyQueryTimeoutMaxMs)
  const askOne = async ([serverName, asked]: readonly [string, readonly T[]]) => {
    try {
      if (!rooms.federation) throw new FederationError('unreachable', serverName, 'is another server')
      const options = {
        timeoutMs: withinMs,
        responseBytesMax: federationLongAnswerBytesMax,
        evenIfFailing: mayProbe(probes, serverName, rooms.environment.monotonic()),
      }
      const { peers } = rooms.federation
      await questions.run(() => ask(peers, { serverName, asked, options }))
    } catch (error) {
      if (!(error instanceof FederationError)) throw error
      failures[serverName] = failureOf(error)
    }
  }
  await Promise.all(Array.from(byServer, askOne))
  return failures
}

/**
 * Somebody waits to write to a person there: a server that is left alone for its failures is tried now and then all the
 * same, for it may be back long before it would be tried again.
 */
function mayProbe(probes: BoundedMap<number>, serverName: string, nowMs: number): boolean {
  if (nowMs - (probes.get(serverName) ?? -Infinity) < keyProbeIntervalMs) return false
  probes.set(serverName, nowMs)
  return true
}

const failureOf = ({ errcode, message }: MatrixError) => ({ errcode, error: message })
