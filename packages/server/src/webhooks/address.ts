// Where a hook is.
import type { Config } from '../config/settings.ts'

/** The address that senders deliver to; without `publicBaseUrl` its path. */
export const addressOf = ({ publicBaseUrl }: Pick<Config, 'publicBaseUrl'>, hookId: string): string =>
  `${publicBaseUrl.replace(/\/+$/, '')}/_myelin/hooks/${hookId}`
