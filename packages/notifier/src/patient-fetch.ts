// Fetch that waits as a homeserver asks and outlives its restarts, within one budget for the whole run.
import { setTimeout as pause } from 'node:timers/promises'

export type Fetch = (url: string, request: RequestInit) => Promise<Response>

export interface Patience {
  /** How long to wait in all, milliseconds. Pauses that requests share count once. */
  readonly waitMaxMs: number
  /** Sends a request once; the platform's fetch unless given. */
  readonly fetch?: Fetch
  /** How long to wait for one answer, milliseconds. */
  readonly answerMaxMs?: number
}

const answerMaxMsDefault = 60_000
/** A server that has never answered is given up soon: more likely its address is wrong. */
const attemptsBeforeFirstAnswerMax = 3
const backoffMs = 250
const backoffMaxMs = 10_000
/** Whether a repeated request has the effect of one: then an answer that was lost may be asked for again. */
const isIdempotent = (method: string | undefined) => method !== 'POST'
const retriedStatuses = new Set([502, 503, 504])

/**
 * A fetch with patience. On 429 every request of the run pauses for as long as the server asks; lost answers and
 * gateway errors are repeated after a random pause. What is still refused when the budget is spent comes back as it is.
 */
export function patientFetch({
  waitMaxMs,
  fetch = globalThis.fetch,
  answerMaxMs = answerMaxMsDefault,
}: Patience): Fetch {
  let pausedUntilMs = 0
  let spentMs = 0
  let hasAnswered = false

  /** Lengthens the pause; false when the budget does not reach. */
  const extendPause = (waitMs: number): boolean => {
    const nowMs = performance.now()
    const addedMs = Math.max(0, nowMs + waitMs - Math.max(pausedUntilMs, nowMs))
    if (spentMs + addedMs > waitMaxMs) return false
    spentMs += addedMs
    pausedUntilMs = Math.max(pausedUntilMs, nowMs + waitMs)
    return true
  }
  const whenPauseIsOver = async (signal: AbortSignal | null | undefined) => {
    while (pausedUntilMs > performance.now())
      await pause(pausedUntilMs - performance.now(), undefined, signal ? { signal } : {})
  }

  return async (url, request) => {
    for (let attempt = 0; ; attempt++) {
      await whenPauseIsOver(request.signal)
      const answer = await once(fetch, { url, request, answerMaxMs })
      if (!(answer instanceof Response)) {
        const mayRepeat = isIdempotent(request.method) || isRefusedConnection(answer.error)
        const isHopeless = !hasAnswered && attempt + 1 >= attemptsBeforeFirstAnswerMax
        if (request.signal?.aborted || !mayRepeat || isHopeless || !extendPause(jittered(attempt))) throw answer.error
        continue
      }
      hasAnswered = true
      const waitMs = await askedWaitMs(answer, { attempt, method: request.method })
      if (waitMs === undefined || !extendPause(waitMs)) return answer
    }
  }
}

interface Attempt {
  readonly url: string
  readonly request: RequestInit
  readonly answerMaxMs: number
}

async function once(fetch: Fetch, { url, request, answerMaxMs }: Attempt): Promise<Response | { error: unknown }> {
  const signals = [AbortSignal.timeout(answerMaxMs), ...(request.signal ? [request.signal] : [])]
  return fetch(url, { ...request, signal: AbortSignal.any(signals) }).catch((error: unknown) => ({ error }))
}

/** How long the answer asks to wait before the request is repeated, milliseconds; undefined when it is final. */
async function askedWaitMs(
  answer: Response,
  { attempt, method }: { attempt: number; method: string | undefined },
): Promise<number | undefined> {
  if (retriedStatuses.has(answer.status) && isIdempotent(method)) return jittered(attempt)
  if (answer.status !== 429) return undefined
  const header = answer.headers.get('retry-after')
  if (header !== null && /^\d+$/.test(header)) return Number(header) * 1000
  const body: unknown = await answer
    .clone()
    .json()
    .catch(() => undefined)
  const given = typeof body === 'object' && body !== null && 'retry_after_ms' in body ? body.retry_after_ms : undefined
  return typeof given === 'number' && given >= 0 ? given : 1000 * 2 ** Math.min(attempt, 5)
}

const jittered = (attempt: number): number => Math.random() * Math.min(backoffMaxMs, backoffMs * 2 ** attempt)

function isRefusedConnection(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  return typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'ECONNREFUSED'
}
