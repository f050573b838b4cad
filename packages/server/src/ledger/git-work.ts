// What the git program does for the ledger after commits are made: the files of the work tree, packs put together, a push
// to another repository. Without the program the ledger is written all the same.
import { ledgerPacksMax } from '../limits.ts'
import { runGit, troubleOf } from './git/git-binary.ts'
import type { Repository } from './git/repository.ts'
import type { FromLedger } from './messages.ts'
import { pushLedger, troubleOfPush } from './push.ts'
import type { Written } from './scribe.ts'
import { WorkTree } from './work-tree.ts'

export interface GitWorkOptions {
  readonly repository: Repository
  readonly branch: string
  readonly checkout: boolean
  readonly remote: string
  readonly pushIntervalMs: number
  readonly say: (message: FromLedger) => void
}

type Trouble = Extract<FromLedger, { kind: 'trouble' }>['what']

export class GitWork implements AsyncDisposable {
  readonly #options: GitWorkOptions
  readonly #workTree: WorkTree | undefined
  readonly #troubles = new Map<Trouble, string>()
  #packs = 0
  #pushing: Promise<void> | undefined
  #pushTimer: NodeJS.Timeout | undefined
  #hasUnpushed = true
  #isClosed = false

  constructor(options: GitWorkOptions) {
    this.#options = options
    const { repository, branch, checkout } = options
    if (checkout && repository.workTree !== undefined)
      this.#workTree = new WorkTree({ repository, branch, folder: repository.workTree })
    this.#packs = repository.objects.packCount
  }

  /** Does what is due after a step; the next one waits for it. */
  async after({ commits, isRedacted }: Written): Promise<void> {
    await this.#checkOut()
    if (commits > 0) this.#packs++
    // Geometric repacking keeps what nothing refers to, so that nothing is lost that is about to be referred to.
    if (isRedacted) await this.#removeUnreferenced()
    else if (this.#packs > ledgerPacksMax) await this.#repack()
    this.#hasUnpushed ||= commits > 0
    if (this.#options.remote !== '' && this.#hasUnpushed) this.#schedulePush()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#pushTimer)
    await this.#pushing
    if (this.#options.remote !== '' && this.#hasUnpushed) await this.#push()
  }

  async #checkOut(): Promise<void> {
    if (this.#workTree) this.#note('checkout', await this.#workTree.update())
  }

  async #repack(): Promise<void> {
    this.#packs = 0
    await this.#git('upkeep', ['repack', '-d', '-q', '--geometric=2'])
  }

  /** What was redacted is in packs still. Nothing is written meanwhile. */
  async #removeUnreferenced(): Promise<void> {
    this.#packs = 0
    await this.#git('upkeep', ['repack', '-a', '-d', '-q'])
    await this.#git('upkeep', ['prune', '--expire=now'])
  }

  #schedulePush(): void {
    if (this.#isClosed || this.#pushTimer || this.#pushing) return
    this.#pushTimer = setTimeout(() => {
      this.#pushTimer = undefined
      this.#pushing = this.#push().finally(() => {
        this.#pushing = undefined
        if (this.#hasUnpushed) this.#schedulePush()
      })
    }, this.#options.pushIntervalMs)
  }

  async #push(): Promise<void> {
    const { remote, branch, repository } = this.#options
    this.#hasUnpushed = false
    const outcome = await pushLedger(repository, branch, remote)
    this.#note('push', outcome.code === 0 ? '' : troubleOfPush(outcome))
    if (outcome.code !== 0) this.#hasUnpushed = true
  }

  async #git(what: Trouble, parameters: readonly string[]): Promise<void> {
    const outcome = await runGit(this.#options.repository.commonFolder, parameters)
    this.#note(what, outcome.code === 0 ? '' : troubleOf(outcome))
  }

  #note(what: Trouble, text: string): void {
    if ((this.#troubles.get(what) ?? '') === text) return
    this.#troubles.set(what, text)
    this.#options.say({ kind: 'trouble', what, text })
  }
}
