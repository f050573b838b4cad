// Myelin's admin API: the history of the rooms in git.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'

/**
 * Tells how far the ledger is. `M_NOT_FOUND` when the server writes none, `M_FORBIDDEN` unless the caller may administer
 * the server.
 */
export const getLedger = endpoint({
  method: 'GET',
  path: '/_myelin/admin/v1/ledger',
  auth: 'user',
  response: Type.Object({
    folder: Type.String(),
    /** The branch that never changes, and its newest commit. */
    branch: Type.Optional(Type.String()),
    commit: Type.Optional(Type.String()),
    /** The position in the journal up to which it goes, and how far that is behind. */
    position: Type.Integer(),
    lag_entries: Type.Integer(),
    lag_ms: Type.Integer(),
    /** Written since the server started. */
    commits: Type.Integer(),
    events: Type.Integer(),
    /** What does not work at the moment. */
    troubles: Type.Array(Type.String()),
  }),
})
