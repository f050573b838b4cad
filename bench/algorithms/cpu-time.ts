// Measuring CPU time: what the process itself used, so that other work on the machine does not count.

/** CPU time of one call in ms: the fastest of several rounds, each of `calls` calls, after one to warm up. */
export function cpuTimeMs(run: (call: number) => void, { calls = 1, rounds = 7 } = {}): number {
  let best = Infinity
  let call = 0
  for (let round = 0; round <= rounds; round++) {
    const before = process.cpuUsage()
    for (let i = 0; i < calls; i++) run(call++)
    const { user, system } = process.cpuUsage(before)
    if (round > 0) best = Math.min(best, (user + system) / 1000 / calls)
  }
  return best
}

export interface Figure {
  readonly name: string
  readonly ms: number
  /** What it should take at most; undefined for figures that are only shown. */
  readonly goalMs?: number | undefined
}

/** Prints figures as a table, goals beside them. Returns whether all goals are met. */
export function printFigures(figures: readonly Figure[]): boolean {
  const shown = figures.map(({ name, ms, goalMs }) => ({
    figure: name,
    'CPU time': time(ms),
    goal: goalMs === undefined ? '' : `≤ ${time(goalMs)}`,
    met: goalMs === undefined ? '' : ms <= goalMs ? 'yes' : 'NO',
  }))
  console.table(shown)
  return figures.every(({ ms, goalMs }) => goalMs === undefined || ms <= goalMs)
}

function time(ms: number): string {
  if (ms >= 1) return `${ms.toPrecision(3)} ms`
  return ms >= 0.001 ? `${(ms * 1000).toPrecision(3)} µs` : `${(ms * 1_000_000).toPrecision(3)} ns`
}
