// Myelin's admin API: files of users and of other servers.
import type * as media from '@myelin/protocol/admin/media'
import { requireAdmin } from '../../accounts/requester.ts'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof media> = {
  deleteMedia: async ({ media }, { requester, path }) => {
    requireAdmin(requester)
    await media.deleteFile(path)
    return {}
  },

  quarantineMedia: async ({ media }, { requester, path }) => {
    requireAdmin(requester)
    await media.setQuarantine(path, true)
    return {}
  },

  releaseMedia: async ({ media }, { requester, path }) => {
    requireAdmin(requester)
    await media.setQuarantine(path, false)
    return {}
  },

  purgeRemoteMedia: async ({ media }, { requester, body }) => {
    requireAdmin(requester)
    return media.purgeRemote(body.before_ts)
  },
}
