// Gives memory back when the server comes to rest. V8 shrinks the heap of an idle program by itself, in small steps, but
// judges by its last collections: a program that stops allocating after a burst makes no further one, and V8 goes on
// believing in the burst for minutes, after a start for ever. Two collections at the beginning of a rest tell it: the rate
// that V8 sees is that since the collection before, and the first has the burst in it.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { busyUtilizationMin, restCheckMs, restUtilizationMax } from '../limits.ts'

const collectionsPerRest = 2

/** Looks after it until the process ends, and does not keep the process. */
export function collectAtRest(): void {
  const isDue = restDetector()
  let before = performance.eventLoopUtilization()
  const look = () => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, before)
    before = now
    if (isDue(utilization)) collect()
  }
  setInterval(look, restCheckMs).unref()
}

/** Told again and again for what share of the time the event loop worked: whether to collect, the start being work. */
export function restDetector(): (utilization: number) => boolean {
  let collectionsDue = collectionsPerRest
  return (utilization) => {
    if (utilization >= busyUtilizationMin) collectionsDue = collectionsPerRest
    if (collectionsDue === 0 || utilization > restUtilizationMax) return false
    collectionsDue--
    return true
  }
}

/** Collects all garbage. V8 gives the function for it only to contexts that are made while the flag is set. */
export function collect(): void {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void
  setFlagsFromString('--no-expose-gc')
  gc()
}
