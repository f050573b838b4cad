// What holds of authorisation whatever the event: it looks at no more than the auth events, and gives away no power.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { authTypes, authorize } from './auth.ts'
import { creator, eventOf, stateOf, usualLevels } from './testing/auth-room.vectors.ts'
import { vectors, versionsOf } from './testing/auth.vectors.ts'
import type { JsonObject } from './json.ts'
import { powerLevels, scalarLevels } from './power-levels.ts'
import { creatorsOf } from './room-creators.ts'
import { type RoomVersionRules, roomVersions } from './room-version.ts'

const rulesOf = (version: number): RoomVersionRules => roomVersions[version - 1] ?? assert.fail()

test('no rule looks at state that the choice of auth events leaves out', () => {
  for (const vector of vectors) {
    for (const version of versionsOf(vector)) {
      const state = stateOf(version, vector.given)
      const event = eventOf(version, vector)
      const rules = rulesOf(version)
      const allowed = new Set(['m.room.create ', ...authTypes(event, rules).map(([type, key]) => `${type} ${key}`)])
      const lookup = (type: string, key: string) => {
        assert.ok(allowed.has(`${type} ${key}`), `${vector.name} (version ${version}) looks at ${type} ${key}`)
        return state.get(`${type} ${key}`)
      }
      authorize(event, lookup, rules)
    }
  }
})

const people = [creator, '@admin:a', '@mod:a', '@peer:b', '@user:b', '@stranger:b']
const level = fc.integer({ min: -5, max: 110 })
const content: fc.Arbitrary<JsonObject> = fc.record(
  {
    users: fc.dictionary(fc.constantFrom(...people), level, { noNullPrototype: true }),
    events: fc.dictionary(fc.constantFrom('x', 'm.room.name', 'm.room.power_levels'), level, { noNullPrototype: true }),
    ...Object.fromEntries(scalarLevels.map((name) => [name, level])),
  },
  { requiredKeys: [], noNullPrototype: true },
)
const near: fc.Arbitrary<JsonObject> = content.map((change) => Object.assign({}, usualLevels, change))

test('an allowed change of power levels raises nobody above its sender and lowers nobody at or above them', () => {
  let allowed = 0
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.constantFrom(...people.slice(1, 5)),
      near,
      near,
      (version, sender, old, next) => {
        const rules = rulesOf(version)
        const state = stateOf(version, { levels: old })
        const create = state.get('m.room.create ') ?? assert.fail()
        const event = eventOf(version, {
          name: '',
          event: { type: 'm.room.power_levels', stateKey: '', sender, content: next },
        })
        if (authorize(event, (type, key) => state.get(`${type} ${key}`), rules) !== undefined) return
        allowed++
        const context = { rules, creators: creatorsOf(create, rules) }
        const before = powerLevels(old, context)
        const after = powerLevels(next, context)
        const power = before.of(sender)
        for (const one of people) {
          // Who loses an entry falls back to the default, which may be above the sender and stays what it was.
          const falls = !Object.hasOwn(Object(next['users']), one) && next['users_default'] === old['users_default']
          if (after.of(one) > before.of(one) && !falls) assert.ok(after.of(one) <= power, `${one} rises above`)
          const isExplicit = Object.hasOwn(Object(old['users']), one)
          if (isExplicit && one !== sender && before.of(one) >= power) assert.equal(after.of(one), before.of(one), one)
        }
      },
    ),
    { numRuns: 3000 },
  )
  assert.ok(allowed > 100, `only ${allowed} changes were allowed`)
})

test('judging the same event twice gives the same answer', () => {
  fc.assert(
    fc.property(fc.constantFrom(...vectors), fc.nat(), (vector, pick) => {
      const versions = versionsOf(vector)
      const version = versions[pick % versions.length] ?? assert.fail()
      const state = stateOf(version, vector.given)
      const judge = () =>
        authorize(eventOf(version, vector), (type, key) => state.get(`${type} ${key}`), rulesOf(version))
      assert.deepEqual(judge(), judge())
    }),
  )
})
