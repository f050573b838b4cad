// A commutative 128-bit hash of a set of (slot, event) pairs: four 32-bit lanes, each the wrapping sum of mixed pairs.
// Adding and removing a pair costs the same, in any order; the same on every machine. Not meant to stand against forgery:
// both numbers are chosen by this side, never by another server.

/** Lanes of a set hash: 4 × 32 bits. */
export const setHashLanes = 4

const seeds = Int32Array.of(0x9e3779b9 | 0, 0x7f4a7c15, 0xbf58476d | 0, 0x94d049bb | 0)

/** What the pair adds to one lane. */
export function mixPair(slot: number, nid: number, lane: number): number {
  const seed = seeds[lane]!
  return finish(finish(slot ^ seed) + Math.imul(nid, seed | 1))
}

/** Spreads every bit of the input over the output: shifts and multiplications, a bijection of 32 bits. */
function finish(input: number): number {
  let x = input | 0
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad)
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97)
  return x ^ (x >>> 15)
}
