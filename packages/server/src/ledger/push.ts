// Pushing a ledger to another repository by the git program.
import { type GitOutcome, runGit, troubleOf } from './git/git-binary.ts'
import type { Repository } from './git/repository.ts'
import { contentBranch } from './layout.ts'

/** The branch only ever grows: a remote that has something else refuses. The other one may begin anew. */
export function pushLedger({ refs, commonFolder }: Repository, branch: string, remote: string): Promise<GitOutcome> {
  const content = refs.read(contentBranch) === undefined ? [] : [`+${contentBranch}`]
  return runGit(commonFolder, ['push', '--porcelain', remote, `${branch}:${branch}`, ...content])
}

/** Why a push failed: what the remote has refused, where it was reached. */
export function troubleOfPush(outcome: GitOutcome): string {
  const refused = Array.from(outcome.stdout.matchAll(/^!\t[^:\t]*:(\S+)\t(.*)$/gm), ([, ref, why]) => `${ref} ${why}`)
  if (refused.length === 0) return troubleOf(outcome)
  return `the remote has refused ${refused.join(', ')}; it has commits that this ledger has not made`
}
