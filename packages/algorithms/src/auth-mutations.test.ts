// Each authorisation rule is broken once, and a vector must notice: proof that the vectors hold the rules, not just run them.
import assert from 'node:assert/strict'
import { registerHooks } from 'node:module'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { authTypes, authorize, authorizeAuthEvents } from './auth.ts'
import { mutations } from './testing/auth.mutations.ts'
import {
  chosenKeys,
  choiceVectors,
  citationVectors,
  expectedCitation,
  judgedCitation,
} from './testing/auth-events.vectors.ts'
import { expectedRule, judgedRule, vectors, versionsOf } from './testing/auth.vectors.ts'
import { type RoomVersionRules, roomVersions } from './room-version.ts'

const here = new URL('.', import.meta.url).href
const mutantOf = (url: string | undefined): string | null =>
  url === undefined ? null : new URL(url).searchParams.get('mutant')

// A module asked for with ?mutant=3 is loaded, with all it imports from this folder, as a copy with the third mutation.
registerHooks({
  resolve: (specifier, context, next) => {
    const resolved = next(specifier, context)
    const mutant = mutantOf(context.parentURL)
    if (mutant === null || !resolved.url.startsWith(here) || resolved.url.includes('?')) return resolved
    return { ...resolved, url: `${resolved.url}?mutant=${mutant}` }
  },
  load: (url, context, next) => {
    const loaded = next(url, context)
    const mutation = mutations[Number(mutantOf(url) ?? -1)]
    if (mutation === undefined || !fileURLToPath(url).endsWith(`/${mutation.file}`)) return loaded
    const source = Buffer.from(loaded.source as Uint8Array).toString()
    assert.equal(source.split(mutation.find).length, 2, `"${mutation.find}" is not once in ${mutation.file}`)
    return { ...loaded, source: source.replace(mutation.find, () => mutation.replace) }
  },
})

/** The rules, as they are or mutated. */
interface Rules {
  readonly authorize: typeof authorize
  readonly authorizeAuthEvents: typeof authorizeAuthEvents
  readonly authTypes: typeof authTypes
}

const rulesOf = (version: number): RoomVersionRules => roomVersions[version - 1] ?? assert.fail()

/** Every vector as a name and a question to the rules. */
const questions: readonly (readonly [name: string, holds: (judged: Rules) => boolean])[] = [
  ...vectors.flatMap((vector) =>
    versionsOf(vector).map((version) => {
      const rules = rulesOf(version)
      const expected = expectedRule(vector, rules.authRules)
      const holds = (judged: Rules) => judgedRule(vector, rules, judged.authorize) === expected
      return [`${vector.name} (${version})`, holds] as const
    }),
  ),
  ...citationVectors.flatMap((vector) =>
    versionsOf(vector).map((version) => {
      const rules = rulesOf(version)
      const expected = expectedCitation(vector, rules)
      const holds = (judged: Rules) => judgedCitation(vector, rules, judged.authorizeAuthEvents) === expected
      return [`${vector.name} (${version})`, holds] as const
    }),
  ),
  ...choiceVectors.map((vector) => {
    const expected = vector.keys.join()
    const holds = (judged: Rules) => chosenKeys(vector, rulesOf(vector.version), judged.authTypes).join() === expected
    return [`${vector.name} (${vector.version})`, holds] as const
  }),
]

const isNoticed = (holds: (judged: Rules) => boolean, judged: Rules): boolean => {
  try {
    return !holds(judged)
  } catch (error) {
    if (error instanceof TypeError) return true // a guard was taken away, and what it guarded fell over
    throw error
  }
}

/** Vectors that the rules no longer satisfy. */
const noticing = (judged: Rules): readonly string[] =>
  questions.filter(([, holds]) => isNoticed(holds, judged)).map(([name]) => name)

for (const [at, { file, find, replace }] of mutations.entries()) {
  test(`the vectors notice ${file}: ${find} → ${replace || '(nothing)'}`, async () => {
    const mutant: Rules = await import(`./auth.ts?mutant=${at}`)
    assert.ok(noticing(mutant).length > 0)
  })
}

test('unmutated, every vector holds', async () => {
  assert.deepEqual(noticing(await import('./auth.ts')), [])
})
