import { Dice, randomRoom } from './testing/random-room.ts'
import { ResolvableRoom } from './testing/resolvable-room.ts'
import { ResolutionMemory, resolve } from './state-resolution.ts'
function* growing(seed: number): Generator<{ readonly room: ResolvableRoom; readonly roots: readonly number[] }, void> {
  const { rules, events, states } = randomRoom(seed, { eventsMax: 60 })
  const dice = new Dice(seed)
  const half = events.length >> 1
  const room = new ResolvableRoom(rules, events.slice(0, half))
  const known = new Set(events.slice(0, half).map(({ eventId }) => eventId))
  const roots = states.map((state) => room.rootOf(new Map([...state].filter(([, id]) => known.has(id)))))
  const past = [...roots]
  for (const event of events.slice(half)) {
    room.add(event)
    const fork = dice.below(roots.length)
    const slot = room.slotOf(event.type, event.stateKey!)!
    const nid = dice.once(20) ? 0 : room.nidOf(event.eventId)
    past.push((roots[fork] = room.arena.set(roots[fork]!, slot, nid)))
    yield { room, roots }
    if (dice.once(8)) roots.push(dice.pick(past))
    if (dice.once(8) && roots.length > 2) roots.splice(dice.below(roots.length), 1 + dice.below(2))
    if (dice.once(10)) roots.splice(0, roots.length, dice.pick(past), dice.pick(past))
  }
}
let n=0, bad=0
for (let seed=1000; seed<9000; seed++) { const memory=new ResolutionMemory(); for (const {room,roots} of growing(seed)) { n++; const a=JSON.stringify(resolve(roots,room,memory)), b=JSON.stringify(resolve(roots,room)); if(a!==b){bad++; console.log('BAD',seed,a,b); break} } }
console.log(n,bad)
