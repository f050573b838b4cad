// Each authorisation rule is broken once, and a vector must notice: proof that the vectors hold the rules, not just run them.
import assert from 'node:assert/strict'
import { registerHooks } from 'node:module'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { authorize } from './auth.ts'
import { mutations } from './auth.mutations.ts'
import type { Vector } from './auth-room.vectors.ts'
import { expectedRule, judgedRule, vectors, versionsOf } from './auth.vectors.ts'
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

const holds = (vector: Vector, rules: RoomVersionRules, judge: typeof authorize): boolean => {
  try {
    return judgedRule(vector, rules, judge) === expectedRule(vector, rules.authRules)
  } catch (error) {
    if (error instanceof TypeError) return false // a guard was taken away, and what it guarded fell over
    throw error
  }
}

/** Vectors that the rules, as mutated, no longer satisfy. */
const noticing = (judge: typeof authorize): readonly string[] =>
  vectors.flatMap((vector) =>
    versionsOf(vector).flatMap((version) => {
      const rules: RoomVersionRules = roomVersions[version - 1] ?? assert.fail()
      return holds(vector, rules, judge) ? [] : [`${vector.name} (${version})`]
    }),
  )

for (const [at, { file, find, replace }] of mutations.entries()) {
  test(`the vectors notice ${file}: ${find} → ${replace || '(nothing)'}`, async () => {
    const mutant: { readonly authorize: typeof authorize } = await import(`./auth.ts?mutant=${at}`)
    assert.notEqual(mutant.authorize, undefined)
    assert.ok(noticing(mutant.authorize).length > 0)
  })
}

test('unmutated, every vector holds', async () => {
  const original: { readonly authorize: typeof authorize } = await import('./auth.ts')
  assert.deepEqual(noticing(original.authorize), [])
})
