// What a server answers, with status 401, while user-interactive authentication is not complete.
// https://spec.matrix.org/v1.19/client-server-api/#user-interactive-api-in-the-rest-api
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { JsonObject } from '../../json-object.ts'
import { mapOf } from '../../map-of.ts'

/** The flows to choose from, what is completed, and the error of a failed stage. */
export const AuthResponse = Type.Object({
  flows: Type.Array(Type.Object({ stages: Type.Array(Type.String()) })),
  params: Type.Optional(mapOf(JsonObject)),
  session: Type.Optional(Type.String()),
  completed: Type.Optional(Type.Array(Type.String())),
  errcode: Type.Optional(Type.String()),
  error: Type.Optional(Type.String()),
})
export type AuthResponse = Static<typeof AuthResponse>
