// Checking values against schemas: validators are compiled on first use and kept as long as their schema lives.
// A check never changes the value: nothing is stripped, coerced or defaulted, so unknown fields survive.
import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/schema'
import { MatrixError } from './errors.ts'
import { describeProblem } from './schema-problem.ts'
import type { Problem } from './schema-problem.ts'

/** A compiled schema: `test` is the fast yes or no, `problem` says what is wrong with a value that failed. */
export interface SchemaCheck {
  readonly test: (value: unknown) => boolean
  readonly problem: (value: unknown) => Problem
}

const compiled = new WeakMap<TSchema, SchemaCheck>()

/** The check of a schema, compiled the first time it is asked for. */
export const checkOf = (schema: TSchema): SchemaCheck => {
  const known = compiled.get(schema)
  if (known) return known
  const validator = Compile(schema)
  const made: SchemaCheck = {
    test: (value) => validator.Check(value),
    problem: (value) => describeProblem({ schema, value, errors: validator.Errors(value)[1], problemOf }),
  }
  compiled.set(schema, made)
  return made
}

const problemOf = (schema: TSchema, value: unknown): Problem | undefined => {
  const { test, problem } = checkOf(schema)
  return test(value) ? undefined : problem(value)
}

export type CheckResult<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly path: string; readonly message: string }

/** Checks a value; a failure carries the JSON path (`$.content.users["@a:b"]`) and what is wrong there. */
export const check = <const Schema extends TSchema>(schema: Schema, value: unknown): CheckResult<Static<Schema>> => {
  const problem = problemOf(schema, value)
  return problem ? { ok: false, ...problem } : { ok: true, value: value as Static<Schema> }
}

/** Whether a value fits its schema. */
export const matches = <const Schema extends TSchema>(schema: Schema, value: unknown): value is Static<Schema> =>
  checkOf(schema).test(value)

/** The value, typed; throws `M_BAD_JSON` with the JSON path when it does not fit. */
export const parse = <const Schema extends TSchema>(schema: Schema, value: unknown): Static<Schema> => {
  const result = check(schema, value)
  if (result.ok) return result.value
  throw new MatrixError('M_BAD_JSON', `${result.path} ${result.message}`)
}
