// What runs here: name and version, for other servers' operators.
import type * as definitions from '@myelin/protocol/server-server/version'
import { version } from '../../version.ts'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof definitions> = {
  getVersion: async () => ({ server: { name: 'Myelin', version } }),
}
