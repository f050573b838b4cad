// Events as servers exchange them. Their form depends on the room version and is judged by the rules of receipt, so that
// one bad event never spoils the request that carries it.
import { Type } from 'typebox'
import { keepsExactNumbers } from '../../exact-numbers.ts'
import type { JsonObject } from '../../json-object.ts'

/**
 * An event in federation format: any JSON object here. Numbers that the sender signed in another text than JavaScript's
 * arrive as `ExactNumber`.
 */
export const Pdu = Type.Unsafe<JsonObject>({ type: 'object', [keepsExactNumbers]: true })
export type Pdu = JsonObject
