// m.invite_permission_config, account data. https://spec.matrix.org/v1.19/client-server-api/#minvite_permission_config
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { openEnum } from '../open-enum.ts'
import { event } from './event.ts'

/** Whether invites are let through. */
export const InvitePermissionConfigContent = Type.Object({ default_action: Type.Optional(openEnum('allow', 'block')) })
export type InvitePermissionConfigContent = Static<typeof InvitePermissionConfigContent>

/** m.invite_permission_config. */
export const invitePermissionConfig = event({
  type: 'm.invite_permission_config',
  kind: 'accountData',
  content: InvitePermissionConfigContent,
})
