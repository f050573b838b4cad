// Parameters of the stage m.login.terms of user-interactive authentication.
// https://spec.matrix.org/v1.19/client-server-api/#terms-of-service-at-registration
import { Type } from 'typebox'
import type { Static, TObject, TString, TUnsafe } from 'typebox'
import { mapOf } from '../../map-of.ts'

/** A policy in one language. */
export const PolicyTranslation = Type.Object({ name: Type.String(), url: Type.String() })
export type PolicyTranslation = Static<typeof PolicyTranslation>

/** A policy: its version, and name and URL by language. */
export interface PolicyDefinition {
  readonly version: string
  readonly [language: string]: PolicyTranslation | string
}
const policy: TObject<{ version: TString }> = Type.Object(
  { version: Type.String() },
  { additionalProperties: PolicyTranslation },
)
export const PolicyDefinition: TUnsafe<PolicyDefinition> = Type.Unsafe<PolicyDefinition>(policy)

/** The policies to agree to, by id. */
export const TermsParams = Type.Object({ policies: mapOf(PolicyDefinition) })
export type TermsParams = Static<typeof TermsParams>
