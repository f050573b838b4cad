// Read markers: https://spec.matrix.org/v1.19/client-server-api/#fully-read-markers
import type * as readMarkers from '@myelin/protocol/client-server/read_markers'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof readMarkers> = {
  setReadMarker: async ({ ephemeral }, { requester, path, body }) => {
    await ephemeral.setReadMarkers(requester, path.roomId, body)
    return {}
  },
}
