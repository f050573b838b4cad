// Counts what agrees, collects what does not, and holds it against the list of deliberate differences.
import type { Difference } from './differences.ts'

export interface Report {
  /** Notes that a comparison was made; with a problem it did not agree. */
  readonly note: (subject: string, problem?: string) => void
  /** Prints every problem that is no deliberate difference and the totals; returns how many there are. */
  readonly finish: (differences: readonly Difference[], print: (line: string) => void) => number
}

/** Whether a problem is the one a difference words; `*` stands for any characters but blanks. */
const fits = (pattern: string, problem: string): boolean => {
  if (!pattern.includes('*')) return pattern === problem
  const source = pattern.split('*').map((part) => RegExp.escape(part))
  return new RegExp(`^${source.join('\\S*')}$`).test(problem)
}

export const createReport = (): Report => {
  let passed = 0
  const problems = new Set<string>()

  function note(subject: string, problem?: string): void {
    if (problem === undefined) passed++
    else problems.add(`${subject}: ${problem}`)
  }

  function finish(differences: readonly Difference[], print: (line: string) => void): number {
    const all = [...problems].toSorted()
    const unused = differences.filter(([pattern]) => !all.some((problem) => fits(pattern, problem)))
    const found = all.filter((problem) => !differences.some(([pattern]) => fits(pattern, problem)))
    for (const problem of found) print(`differs: ${problem}`)
    for (const [pattern] of unused) print(`a difference that is none (differences.ts): ${pattern}`)
    const failed = found.length + unused.length
    print(`${differences.length - unused.length} deliberate differences`)
    print(`${passed} passed, ${failed} failed`)
    return failed
  }

  return { note, finish }
}
