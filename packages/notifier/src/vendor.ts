// What the environment of a CI job tells about the pipeline it belongs to.
import { readFileSync } from 'node:fs'
import type { Ref, Status } from './report.ts'
import { vendors } from './vendors.ts'

export type Variables = Readonly<Record<string, string | undefined>>

/** A pipeline as a vendor's environment describes it; what the vendor does not tell is undefined. */
export interface Pipeline {
  /** Tells this run of this pipeline from every other of the repository; a repeated attempt is another run. */
  readonly id: string | undefined
  /** Name and number. */
  readonly name?: string | undefined
  readonly url?: string | undefined
  /** `owner/name`. */
  readonly repository?: string | undefined
  readonly repositoryUrl?: string | undefined
  readonly ref?: Ref | undefined
  readonly commit?: string | undefined
  /** Commit before what was pushed. */
  readonly before?: string | undefined
  readonly subject?: string | undefined
  readonly author?: string | undefined
  readonly email?: string | undefined
  readonly actor?: string | undefined
  readonly job?: string | undefined
  readonly jobUrl?: string | undefined
  readonly status?: Status | undefined
  readonly previous?: Status | undefined
  /** Milliseconds since 1970. */
  readonly startedAt?: number | undefined
}

export interface Vendor {
  readonly name: string
  /** Whether this is the vendor's environment. */
  readonly is: (variables: Variables) => boolean
  readonly read: (variables: Variables, event: unknown) => Pipeline
}

/** The vendor and its pipeline, or undefined outside CI. The first vendor that recognises its environment wins. */
export function detect(variables: Variables): { readonly vendor: string; readonly pipeline: Pipeline } | undefined {
  const vendor = vendors.find(({ is }) => is(variables))
  if (vendor === undefined) return undefined
  return { vendor: vendor.name, pipeline: vendor.read(variables, eventOf(variables['GITHUB_EVENT_PATH'])) }
}

/** The webhook body that GitHub, Gitea and Forgejo leave in a file. */
function eventOf(path: string | undefined): unknown {
  if (path === undefined) return undefined
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}
