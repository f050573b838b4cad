// m.ignored_user_list, account data. https://spec.matrix.org/v1.19/client-server-api/#mignored_user_list
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { JsonObject } from '../json-object.ts'
import { mapOf } from '../map-of.ts'
import { event } from './event.ts'

/** The users the user ignores. */
export const IgnoredUserListContent = Type.Object({ ignored_users: mapOf(JsonObject) })
export type IgnoredUserListContent = Static<typeof IgnoredUserListContent>

/** m.ignored_user_list. */
export const ignoredUserList = event({
  type: 'm.ignored_user_list',
  kind: 'accountData',
  content: IgnoredUserListContent,
})
