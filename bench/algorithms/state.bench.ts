// CPU time of state: versions and look-ups, differences, the full conflicted set, resolution. node bench/algorithms/state.bench.ts
import { authFlags } from '../../packages/algorithms/src/auth-dag-columns.ts'
import { AuthDag } from '../../packages/algorithms/src/auth-dag.ts'
import { ForkStates } from '../../packages/algorithms/src/fork-states.ts'
import { resolve } from '../../packages/algorithms/src/state-resolution.ts'
import { StateArena } from '../../packages/algorithms/src/state-vector.ts'
import { cpuTimeMs, type Figure, printFigures } from './cpu-time.ts'
import { LargeRoom } from './large-room.ts'

const µs = 0.001
/** Steps through n slots in an order that is not theirs. */
const scattered = (step: number, n: number) => (step * 7919) % n

function vectorFigures(keys: number): Figure[] {
  const arena = new StateArena()
  const base = arena.fromVector(Int32Array.from({ length: keys }, (_, index) => index + 1))
  let root = base
  let nid = keys
  const update = cpuTimeMs((call) => void (root = arena.set(root, scattered(call, keys), ++nid)), { calls: 20_000 })
  let sum = 0
  const lookUp = cpuTimeMs((call) => void (sum += arena.get(root, scattered(call, keys))), { calls: 1_000_000 })
  let [a, b] = [base, base]
  for (let i = 0; i < 100; i++) {
    a = arena.set(a, scattered(i, keys), ++nid)
    b = arena.set(b, scattered(i + 100, keys), ++nid)
  }
  const diff = cpuTimeMs(() => arena.diff(a, b, (slot) => void (sum += slot)), { calls: 200 })
  const pack = cpuTimeMs(() => void arena.toVector(base, keys))
  if (sum < 0) throw new Error('unreachable: keeps the sums alive')
  const of = `of ${keys} keys`
  return [
    { name: `update ${of}`, ms: update, goalMs: 5 * µs },
    { name: `look up ${of}`, ms: lookUp, goalMs: 0.2 * µs },
    { name: `difference of two forks with 100 changes each, ${of}`, ms: diff },
    { name: `pack ${of}`, ms: pack },
  ]
}

/** Joins and profile changes of a tenth as many members, power levels changed every 1,000 events; and the last state. */
function churnedDag(events: number): { readonly dag: AuthDag; readonly arena: StateArena; readonly root: number } {
  const dag = new AuthDag()
  const members = events / 10
  const state = new Int32Array(members + 3)
  const row = { originServerTs: 0, depth: 0 }
  let levels = 2
  dag.append({ ...row, nid: 1, slot: 0, flags: authFlags.create }, [])
  dag.append({ ...row, nid: 2, slot: 1, flags: authFlags.powerLevels | authFlags.power }, [1])
  dag.append({ ...row, nid: 3, slot: 2, flags: authFlags.power }, [1, 2])
  state.set([1, 2, 3])
  for (let nid = 4; nid <= events; nid++) {
    if (nid % 1000 === 0) {
      dag.append({ ...row, nid, slot: 1, flags: authFlags.powerLevels | authFlags.power }, [1, levels])
      state[1] = levels = nid
      continue
    }
    const slot = 3 + scattered(nid, members)
    const cited = [1, levels, 3, state[slot]!].filter((each) => each !== 0)
    dag.append({ ...row, nid, slot, flags: 0 }, cited)
    state[slot] = nid
  }
  const arena = new StateArena()
  return { dag, arena, root: arena.fromVector(state) }
}

/** Two forks of a room with so many state events: what setting out costs, and then one event of a fork. */
function forkFigures(events: number): Figure[] {
  const { dag, arena, root } = churnedDag(events)
  const room = { arena, dag }
  const options = { conflictedSubgraph: true }
  const begin = cpuTimeMs(() => void new ForkStates(room, root, options), { calls: Math.max(1, 200_000 / events) })
  const forks = new ForkStates(room, root, options)
  const other = arena.set(root, 3, 0)
  let [fork, nid] = [root, events]
  const grow = cpuTimeMs(
    (call) => {
      const slot = 4 + scattered(call, 1000)
      dag.append({ nid: ++nid, slot, originServerTs: 0, depth: 0, flags: 0 }, [1, 3, arena.get(fork, slot)])
      fork = arena.set(fork, slot, nid)
      forks.moveTo([fork, other])
      forks.conflictedSet.changes()
      forks.settle()
    },
    { calls: 1000 },
  )
  const packed = dag.pack()
  const measured = (name: string, run: () => unknown): Figure => ({
    name: `${name}, ${events} events`,
    ms: cpuTimeMs(() => void run(), { calls: Math.max(1, 200_000 / events) }),
  })
  return [
    { name: `begin with forks, ${events} events`, ms: begin, goalMs: (10 * events) / 100_000 },
    { name: `one event of a fork, ${events} events`, ms: grow, goalMs: 20 * µs },
    measured('pack the auth DAG', () => dag.pack()),
    measured('unpack the auth DAG', () => AuthDag.unpack(packed)),
  ]
}

function resolutionFigures(version: string, keys: number): Figure[] {
  const room = new LargeRoom(version, keys)
  return [2, 5, 20, 60].flatMap((forks) =>
    [10, 100, 1000].map((conflicts) => {
      const roots = room.forks(forks, conflicts)
      const ms = cpuTimeMs(
        () => {
          if ('missing' in resolve(roots, room)) throw new Error('Everything is loaded')
        },
        { rounds: 5, calls: conflicts < 1000 ? 5 : 1 },
      )
      const goalMs = conflicts <= 100 ? 20 : 100
      return {
        name: `resolve ${forks} forks, ${conflicts} conflicts, ${keys} keys, room version ${version}`,
        ms,
        goalMs,
      }
    }),
  )
}

const met = printFigures([
  ...[1000, 50_000, 1_000_000].flatMap(vectorFigures),
  ...[10_000, 100_000, 1_000_000].flatMap(forkFigures),
  ...resolutionFigures('11', 50_000),
  ...resolutionFigures('12', 50_000),
])
process.exitCode = met ? 0 : 1
