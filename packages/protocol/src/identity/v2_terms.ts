// Terms of service of the identity server.
import { Type } from 'typebox'
import { TermsParams } from '../client-server/definitions/m.login.terms_params.ts'
import { endpoint } from '../endpoint.ts'

/**
 * Returns the policies, each with a version and its name and URL by language.
 * https://spec.matrix.org/v1.19/identity-service-api/#get_matrixidentityv2terms
 */
export const getTerms = endpoint({
  method: 'GET',
  path: '/_matrix/identity/v2/terms',
  auth: 'none',
  response: TermsParams,
})

/**
 * Agrees to the policies with these URLs.
 * https://spec.matrix.org/v1.19/identity-service-api/#post_matrixidentityv2terms
 */
export const agreeToTerms = endpoint({
  method: 'POST',
  path: '/_matrix/identity/v2/terms',
  auth: 'is-token',
  body: Type.Object({ user_accepts: Type.Array(Type.String()) }),
  response: Type.Object({}),
})
