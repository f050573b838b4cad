// The keys a server signs with, signed by themselves.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { ServerName } from '../../identifiers.ts'
import { mapOf } from '../../map-of.ts'
import { Signatures } from './signatures.ts'

/** A server's keys by key ID; `valid_until_ts` and `expired_ts` are milliseconds since 1970. */
export const ServerKeys = Type.Object({
  server_name: ServerName,
  verify_keys: mapOf(Type.Object({ key: Type.String() })),
  old_verify_keys: Type.Optional(mapOf(Type.Object({ expired_ts: Type.Integer(), key: Type.String() }))),
  signatures: Signatures,
  valid_until_ts: Type.Integer(),
})
export type ServerKeys = Static<typeof ServerKeys>
