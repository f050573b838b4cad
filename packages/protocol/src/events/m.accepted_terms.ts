// m.accepted_terms, account data. https://spec.matrix.org/v1.19/client-server-api/#maccepted_terms
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { event } from './event.ts'

/** The URLs of the terms of identity servers and integration managers the user has accepted. */
export const AcceptedTermsContent = Type.Object({ accepted: Type.Optional(Type.Array(Type.String())) })
export type AcceptedTermsContent = Static<typeof AcceptedTermsContent>

/** m.accepted_terms. */
export const acceptedTerms = event({ type: 'm.accepted_terms', kind: 'accountData', content: AcceptedTermsContent })
