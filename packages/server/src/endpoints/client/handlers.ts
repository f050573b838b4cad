// The handlers of the client-server API by the name of the specification's file: the list that is served.
import { handlers as accountData } from './account-data.ts'
import { handlers as accountDeactivation } from './account_deactivation.ts'
import { handlers as admin } from './admin.ts'
import { handlers as administrativeContact } from './administrative_contact.ts'
import { handlers as capabilities } from './capabilities.ts'
import { handlers as deviceManagement } from './device_management.ts'
import { handlers as filter } from './filter.ts'
import { handlers as login } from './login.ts'
import { handlers as loginToken } from './login_token.ts'
import { handlers as logout } from './logout.ts'
import { handlers as openid } from './openid.ts'
import { handlers as passwordManagement } from './password_management.ts'
import { handlers as profile } from './profile.ts'
import { handlers as refresh } from './refresh.ts'
import { handlers as registration } from './registration.ts'
import { handlers as registrationTokens } from './registration_tokens.ts'
import { handlers as support } from './support.ts'
import { handlers as tags } from './tags.ts'
import { handlers as versions } from './versions.ts'
import { handlers as wellknown } from './wellknown.ts'
import { handlers as whoami } from './whoami.ts'

export const clientHandlers = {
  'account-data': accountData,
  account_deactivation: accountDeactivation,
  admin,
  administrative_contact: administrativeContact,
  capabilities,
  device_management: deviceManagement,
  filter,
  login,
  login_token: loginToken,
  logout,
  openid,
  password_management: passwordManagement,
  profile,
  refresh,
  registration,
  registration_tokens: registrationTokens,
  support,
  tags,
  versions,
  wellknown,
  whoami,
} as const
