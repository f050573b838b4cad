// What a profile settles: these settings have no other value in it.
import type { Config } from './settings.ts'

export const profileSettings: Readonly<Record<Config['profile'], Partial<Config>>> = {
  full: {},
  ci: { registration: 'closed', guests: 'off', presence: 'off', 'policyServer.enabled': 'off' },
}
