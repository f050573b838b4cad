// `node tools/fuzz-protocol.ts [count] [seed]`: mutated requests and events through the protocol library's parsers,
// a million by default. Prints what it did; fails at the first input that is not dealt with.
import { fuzz } from './fuzz/fuzz.ts'

const count = Number(process.argv[2] ?? 1_000_000)
const seed = Number(process.argv[3] ?? 1)
const start = performance.now()
const { accepted, refused, slowestMs } = fuzz(count, seed)
const seconds = ((performance.now() - start) / 1000).toFixed(1)
console.log(
  `seed ${seed}: ${accepted} accepted, ${refused} refused in ${seconds} s; slowest ${slowestMs.toFixed(1)} ms of processor time`,
)
