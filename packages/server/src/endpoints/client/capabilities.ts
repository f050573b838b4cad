// Capabilities: https://spec.matrix.org/v1.19/client-server-api/#capabilities-negotiation
import type * as capabilities from '@myelin/protocol/client-server/capabilities'
import { creatableVersions } from '../../config/settings.ts'
import type { Handlers } from '../handlers.ts'

const available = Object.fromEntries(creatableVersions.map((version) => [version, 'stable' as const]))

export const handlers: Handlers<typeof capabilities> = {
  getCapabilities: async ({ config }, { requester }) => ({
    capabilities: {
      'm.room_versions': { default: config.defaultRoomVersion, available },
      'm.change_password': { enabled: !requester.isGuest },
      'm.set_displayname': { enabled: true },
      'm.set_avatar_url': { enabled: !requester.isGuest },
      'm.profile_fields': requester.isGuest ? { enabled: true, allowed: ['displayname'] } : { enabled: true },
      'm.3pid_changes': { enabled: false },
      'm.get_login_token': { enabled: !requester.isGuest },
      'm.forget_forced_upon_leave': { enabled: false },
      ...(requester.isAdmin && { 'm.account_moderation': { lock: true, suspend: true } }),
    },
  }),
}
