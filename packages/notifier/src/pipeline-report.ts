// The report on the pipeline that this process is part of: the vendor's environment first, git for what it leaves out.
import { basename, resolve } from 'node:path'
import { readCommits, webUrlOf, git, type Commit } from './commits.ts'
import type { Named, Ref, Report, Status } from './report.ts'
import { detect, type Pipeline, type Variables } from './vendor.ts'

export interface PipelineSource {
  readonly variables: Variables
  /** Folder of the checkout, if there is one. */
  readonly repository: string
  /** Instead of what is detected. */
  readonly given: {
    readonly key?: string | undefined
    readonly name?: string | undefined
    readonly url?: string | undefined
    readonly status?: Status | undefined
  }
}

/** What is known of the pipeline; it is running unless somebody says otherwise. */
export async function pipelineReport({ variables, repository, given }: PipelineSource): Promise<Report> {
  const found = detect(variables)
  const pipeline: Pipeline = found?.pipeline ?? { id: undefined }
  const commit = await commitOf(repository, pipeline)
  const own = await repositoryOf(repository, pipeline)
  const id = pipeline.id ?? commit?.hash ?? 'unknown'
  return {
    key: given.key ?? [found?.vendor ?? 'local', own?.name ?? '', id].join('/'),
    vendor: found?.vendor,
    repository: own,
    ref: pipeline.ref ?? (await branchOf(repository)),
    commit,
    pipeline: { name: given.name ?? pipeline.name ?? 'Pipeline', url: given.url ?? pipeline.url },
    status: given.status ?? pipeline.status ?? 'running',
    previous: pipeline.previous,
    startedAt: pipeline.startedAt,
    jobs: [],
    actor: pipeline.actor,
  }
}

/** The vendor's word on the commit, completed by git where there is a checkout that has it. */
async function commitOf(repository: string, pipeline: Pipeline): Promise<Commit | undefined> {
  const { commit: hash, subject, author, email, repositoryUrl } = pipeline
  const [known] = await readCommits({ repository, range: hash, countMax: 1 }).catch(() => [])
  if (hash === undefined) return known
  const link = repositoryUrl === undefined ? known?.link : `${repositoryUrl}/commit/${hash}`
  const told = { subject: subject ?? '', author: author ?? '', email }
  return { hash, shortHash: hash.slice(0, 7), ...told, ...known, link }
}

async function repositoryOf(repository: string, pipeline: Pipeline): Promise<Named | undefined> {
  if (pipeline.repository !== undefined) return { name: pipeline.repository, url: pipeline.repositoryUrl }
  const url = await webUrlOf(repository)
  if (url !== undefined) return { name: URL.parse(url)?.pathname.slice(1) ?? url, url }
  const top = await git(repository, ['rev-parse', '--show-toplevel']).catch(() => undefined)
  return top === undefined ? undefined : { name: basename(resolve(top.trim())) }
}

async function branchOf(repository: string): Promise<Ref | undefined> {
  const name = (await git(repository, ['rev-parse', '--abbrev-ref', 'HEAD']).catch(() => '')).trim()
  return name === '' || name === 'HEAD' ? undefined : { kind: 'branch', name }
}
