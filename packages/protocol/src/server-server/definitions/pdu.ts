// Events as servers exchange them. Their form depends on the room version and is judged by the rules of receipt, so that
// one bad event never spoils the request that carries it.
import { JsonObject } from '../../json-object.ts'

/** An event in federation format: any JSON object here. */
export const Pdu = JsonObject
export type Pdu = JsonObject
