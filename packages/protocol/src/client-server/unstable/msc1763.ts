// MSC1763: how long the server keeps messages, for clients that delete their copies.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { endpoint } from '../../endpoint.ts'
import { mapOf } from '../../map-of.ts'

/** Lifetimes in milliseconds. */
export const RetentionLifetimes = Type.Object({
  min_lifetime: Type.Optional(Type.Integer()),
  max_lifetime: Type.Optional(Type.Integer()),
})
export type RetentionLifetimes = Static<typeof RetentionLifetimes>

const Bounds = Type.Object({ min: Type.Optional(Type.Integer()), max: Type.Optional(Type.Integer()) })

/**
 * Returns the policies by room id (`*` for all rooms) and the bounds of what rooms may ask for.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/1763
 */
export const getRetentionConfiguration = endpoint({
  method: 'GET',
  path: '/_matrix/client/unstable/org.matrix.msc1763/retention/configuration',
  auth: 'user',
  response: Type.Object({
    policies: Type.Optional(mapOf(RetentionLifetimes)),
    limits: Type.Optional(Type.Object({ min_lifetime: Type.Optional(Bounds), max_lifetime: Type.Optional(Bounds) })),
  }),
})
