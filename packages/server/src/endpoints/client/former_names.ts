// Stable endpoints by the unstable names that clients in the field still call: the same code answers them.
import { handlers as admin } from './admin.ts'
import { handlers as loginToken } from './login_token.ts'
import { handlers as profile } from './profile.ts'
import { handlers as roomSummary } from './room_summary.ts'
import { handlers as threadsList } from './threads_list.ts'

/** By the names of the definitions in `client-server/unstable/former_names`. */
export const handlers = {
  getRoomSummaryMsc3266: roomSummary.getRoomSummary,
  getRoomSummaryByRoomMsc3266: roomSummary.getRoomSummary,
  getUserProfileMsc4133: profile.getUserProfile,
  getProfileFieldMsc4133: profile.getProfileField,
  setProfileFieldMsc4133: profile.setProfileField,
  deleteProfileFieldMsc4133: profile.deleteProfileField,
  generateLoginTokenMsc3882: loginToken.generateLoginToken,
  getThreadRootsMsc3856: threadsList.getThreadRoots,
  getAdminSuspendUserMsc4323: admin.getAdminSuspendUser,
  setAdminSuspendUserMsc4323: admin.setAdminSuspendUser,
  getAdminLockUserMsc4323: admin.getAdminLockUser,
  setAdminLockUserMsc4323: admin.setAdminLockUser,
} as const
