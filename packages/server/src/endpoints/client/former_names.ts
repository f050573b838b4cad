// Stable operations by the unstable names that clients in the field still call: the same code answers them.

/** From the names of the definitions in `client-server/unstable/former_names` to the stable operations. */
export const formerNames: ReadonlyMap<string, string> = new Map([
  ['getRoomSummaryMsc3266', 'getRoomSummary'],
  ['getRoomSummaryByRoomMsc3266', 'getRoomSummary'],
  ['getUserProfileMsc4133', 'getUserProfile'],
  ['getProfileFieldMsc4133', 'getProfileField'],
  ['setProfileFieldMsc4133', 'setProfileField'],
  ['deleteProfileFieldMsc4133', 'deleteProfileField'],
  ['generateLoginTokenMsc3882', 'generateLoginToken'],
  ['getThreadRootsMsc3856', 'getThreadRoots'],
  ['getAdminSuspendUserMsc4323', 'getAdminSuspendUser'],
  ['setAdminSuspendUserMsc4323', 'setAdminSuspendUser'],
  ['getAdminLockUserMsc4323', 'getAdminLockUser'],
  ['setAdminLockUserMsc4323', 'setAdminLockUser'],
])
