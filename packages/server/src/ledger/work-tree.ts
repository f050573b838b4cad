// Keeps the files that people look at as they are in the newest commit. Git itself moves them from the commit they are at
// to the next, and refuses where somebody has changed one: nothing of anybody's is overwritten.
import { ledgerCommitsSearchedMax } from '../limits.ts'
import { runGit, troubleOf } from './git/git-binary.ts'
import { emptyTreeId } from './git/object.ts'
import type { Repository } from './git/repository.ts'
import { commitAt } from './tip.ts'

export interface WorkTreeOptions {
  readonly repository: Repository
  readonly branch: string
  readonly folder: string
}

export class WorkTree {
  readonly #options: WorkTreeOptions
  /** The commit the files are at, undefined as long as that is not known. */
  #at: string | undefined

  constructor(options: WorkTreeOptions) {
    this.#options = options
  }

  /** Brings the files to the newest commit; returns why they cannot be, or an empty text. */
  async update(): Promise<string> {
    const { repository, branch, folder } = this.#options
    const head = repository.refs.read(branch)
    if (head === undefined || head === this.#at) return ''
    if (repository.refs.head() !== branch) return 'HEAD is not at the branch of the ledger'
    const from = this.#at ?? (await this.#indexed(head))
    if (from === undefined) return 'Something is staged that was not committed'
    const outcome = await runGit(folder, ['read-tree', '-m', '-u', from, head])
    this.#at = outcome.code === 0 ? head : undefined
    return outcome.code === 0 ? '' : troubleOf(outcome)
  }

  /** The commit whose tree is the index, or the empty tree for an index that is empty. */
  async #indexed(head: string): Promise<string | undefined> {
    const { repository, folder } = this.#options
    const { code, stdout } = await runGit(folder, ['write-tree'])
    if (code !== 0) return undefined
    const tree = stdout.trim()
    let id: string | undefined = head
    for (let steps = 0; id !== undefined && steps < ledgerCommitsSearchedMax; steps++) {
      const commit = commitAt(repository, id)
      if (commit.tree === tree) return id
      id = commit.parents[0]
    }
    return tree === emptyTreeId ? tree : undefined
  }
}
