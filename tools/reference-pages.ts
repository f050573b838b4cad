// The pages under docs/reference/ that follow from definitions.
import { configurationReference } from '@myelin/server/config/reference'
import { ciProfileReference } from './ci-profile-reference.ts'
import { endpointPages } from './endpoint-reference.ts'

export interface ReferencePage {
  /** From the root of the repository. */
  readonly path: string
  readonly text: string
}

export const referencePages = (): ReferencePage[] => [
  { path: 'docs/reference/configuration.md', text: configurationReference() },
  { path: 'docs/reference/ci-profile.md', text: ciProfileReference() },
  ...endpointPages(),
]
