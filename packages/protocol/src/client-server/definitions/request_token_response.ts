// Schema `request_token_response` of the client-server API, shared by several endpoints.
import { Type } from 'typebox'
import type { Static } from 'typebox'

/** The validation session that was opened. */
export const RequestTokenResponse = Type.Object({ sid: Type.String(), submit_url: Type.Optional(Type.String()) })
export type RequestTokenResponse = Static<typeof RequestTokenResponse>
