// Compares state resolution with its plain version on many random rooms: node bench/algorithms/differential.ts --dags N
// [--first SEED]. Prints what the rooms were like and exits with 1 if any two results differ.
import { parseArgs } from 'node:util'
import { Dice, type RandomRoom, randomRoom } from '../../packages/algorithms/src/testing/random-room.ts'
import { ResolvableRoom } from '../../packages/algorithms/src/testing/resolvable-room.ts'
import {
  ReferenceResolver,
  type ReferenceState,
} from '../../packages/algorithms/src/testing/state-resolution.reference.ts'

const { values } = parseArgs({
  options: { dags: { type: 'string', default: '1000' }, first: { type: 'string', default: '0' } },
})
const first = Number(values.first)
const end = first + Number(values.dags)

const totals = { dags: 0, events: 0, rejected: 0, forks: 0, conflicted: 0, fullConflictedSet: 0, moreThanConflicted: 0 }
const byVersion = new Map<string, number>()
const differing: string[] = []

const sorted = (state: ReferenceState) => JSON.stringify([...state].toSorted(([a], [b]) => (a < b ? -1 : 1)))

for (let seed = first; seed < end; seed++) {
  const made = randomRoom(seed, { forksMax: seed % 5 === 0 ? 20 : 6, eventsMax: seed % 7 === 0 ? 90 : 40 })
  const reference = new ReferenceResolver(new Map(made.events.map((event) => [event.eventId, event])), made.rules)
  count(made, reference)
  const expected = sorted(reference.resolve(made.states))
  if (sorted(resolveShuffled(made, seed)) !== expected) differing.push(`seed ${seed}, room version ${made.rules.id}`)
}

/** Every second room has its events arrive in random order, and its states given in another. */
function resolveShuffled({ rules, events, states }: RandomRoom, seed: number): ReferenceState {
  if (seed % 2 === 0) return new ResolvableRoom(rules, events).resolve(states)
  const dice = new Dice(seed)
  const keyed = events.map((event) => ({ event, at: dice.below(2 ** 31) })).toSorted((a, b) => a.at - b.at)
  const arrived = keyed.map(({ event }) => event)
  return new ResolvableRoom(rules, arrived).resolve(states.toReversed())
}

function count({ rules, events, states }: RandomRoom, reference: ReferenceResolver): void {
  const { conflicted } = reference.split(states)
  const full = reference.fullConflictedSet(states)
  totals.dags++
  totals.events += events.length
  totals.rejected += events.filter(({ rejected }) => rejected === true).length
  totals.forks += states.length
  totals.conflicted += conflicted.size
  totals.fullConflictedSet += full.size
  totals.moreThanConflicted += Number(full.size > conflicted.size)
  byVersion.set(rules.id, (byVersion.get(rules.id) ?? 0) + 1)
}

console.log(totals)
console.log(Object.fromEntries(byVersion))
console.log(differing.length === 0 ? 'All results are equal.' : `${differing.length} results differ:`)
for (const each of differing.slice(0, 20)) console.log(each)
process.exitCode = differing.length === 0 ? 0 : 1
