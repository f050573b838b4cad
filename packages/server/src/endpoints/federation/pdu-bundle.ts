// Events in an answer to another server.
import { JsonText } from '@myelin/protocol/handlers'
import type { Services } from '../handlers.ts'

/** `{"origin":…,"origin_server_ts":…,"pdus":[…]}` of events as JSON texts. */
export const pduBundle = (
  { config, environment }: Pick<Services, 'config' | 'environment'>,
  pdus: readonly string[],
): JsonText =>
  new JsonText(
    `{"origin":${JSON.stringify(config.serverName)},"origin_server_ts":${environment.now()},"pdus":[${pdus.join(',')}]}`,
  )
