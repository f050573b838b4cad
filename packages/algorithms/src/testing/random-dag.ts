// Auth DAGs made up by dice, and what is found in them by sets and recursion.
import { authFlags } from '../auth-dag-columns.ts'
import { AuthDag } from '../auth-dag.ts'
import type { Dice } from './random-room.ts'

export interface Row {
  readonly nid: number
  readonly cites: readonly number[]
  readonly flags: number
}

/** Events 1 to `count`, each citing up to four earlier ones; one in three is a power levels event, one in four is power. */
export function randomRows(dice: Dice, count: number): Row[] {
  return Array.from({ length: count }, (_, index) => {
    const cites = Array.from({ length: index === 0 ? 0 : dice.below(5) }, () => 1 + dice.below(index))
    const flags = (dice.once(3) ? authFlags.powerLevels : 0) | (dice.once(4) ? authFlags.power : 0)
    return { nid: index + 1, cites: [...new Set(cites)], flags }
  })
}

export function dagOf(rows: readonly Row[]): AuthDag {
  const dag = new AuthDag()
  for (const { nid, cites, flags } of rows) {
    dag.append({ nid, slot: nid, originServerTs: nid, depth: nid, flags }, cites)
  }
  return dag
}

export function chainOf(rows: readonly Row[], nid: number, chain = new Set<number>()): ReadonlySet<number> {
  for (const cited of rows[nid - 1]!.cites) {
    if (chain.has(cited)) continue
    chain.add(cited)
    chainOf(rows, cited, chain)
  }
  return chain
}

export function chainOfAll(rows: readonly Row[], nids: Iterable<number>): ReadonlySet<number> {
  const chain = new Set<number>()
  for (const nid of nids) chainOf(rows, nid, chain)
  return chain
}
