// Makes sure that no example of the specification's data is passed over.
import { globSync } from 'node:fs'
import { join } from 'node:path'
import type { Run } from './operations.ts'
import { isMap, load } from './specification.ts'

/** Reports every example that was not tried; returns how many examples there are. */
export const checkCoverage = ({ specification, report, tried }: Run): number => {
  let examples = 0
  for (const file of globSync('data/{api,event-schemas/schema}/**/*.yaml', { cwd: specification })) {
    const holders = exampleHolders(load(join(specification, file)).value)
    examples += holders.length
    for (const holder of holders) report.note(file, tried.has(holder) ? undefined : missed(holder))
  }
  return examples
}

const missed = (holder: unknown): string => `an example was not tried: ${JSON.stringify(holder).slice(0, 120)}`

/** Members that are examples themselves. */
const notSchemas = new Set(['example', 'examples'])

/** The components of a document without its named examples, which are tried where they are referred to. */
const withoutExamples = (components: unknown): unknown => {
  const { examples: _, ...others } = isMap(components) ? components : {}
  return others
}

/** Every map that carries an example. */
const exampleHolders = (value: unknown): readonly unknown[] => {
  if (Array.isArray(value)) return value.flatMap(exampleHolders)
  if (!isMap(value)) return []
  const inside = Object.entries(value).flatMap(([name, member]) =>
    notSchemas.has(name) ? [] : exampleHolders(name === 'components' ? withoutExamples(member) : member),
  )
  return 'example' in value || 'examples' in value ? [value, ...inside] : inside
}
