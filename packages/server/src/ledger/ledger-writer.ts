// Writes the ledger as it is told to, in a thread so that nothing else waits for it. It ends with an error when it cannot go
// on; whoever started it starts another.
import { signingKeyFromPem } from '@myelin/algorithms/signing-key'
import { openForReading } from '../store/sqlite/connection.ts'
import { SqliteReader } from '../store/sqlite/reader.ts'
import type { ThreadPort } from '../threads.ts'
import { openRepository, type Repository } from './git/repository.ts'
import { GitWork } from './git-work.ts'
import { contentBranch } from './layout.ts'
import type { FromLedger, LedgerThreadOptions, ToLedger } from './messages.ts'
import { Scribe } from './scribe.ts'
import { commitAt, isOfServer, ledgerBranch } from './tip.ts'

type Port = ThreadPort<ToLedger, FromLedger>

export class LedgerWriter {
  readonly #port: Port
  readonly #read: SqliteReader
  readonly #repository: Repository
  readonly #scribe: Scribe
  readonly #work: GitWork

  constructor(port: Port, options: LedgerThreadOptions) {
    this.#port = port
    this.#read = new SqliteReader(openForReading(options.database))
    this.#repository = openRepository(options.folder)
    const { serverName, keyId, pem, old, contents } = options
    const branch = ledgerBranch(this.#repository)
    const identity = { serverName, key: signingKeyFromPem(keyId, pem), old }
    for (const name of [branch, contentBranch]) breakOwnLock(this.#repository, name, serverName)
    this.#scribe = new Scribe({ read: this.#read, repository: this.#repository, branch, identity, contents })
    this.#work = new GitWork({ ...options, repository: this.#repository, branch, say: (message) => this.#say(message) })
    port.hear((message) => void this.#receive(message))
    const { position, commit } = this.#scribe
    this.#say({ kind: 'ready', position, commit, branch })
  }

  async #receive(message: ToLedger): Promise<void> {
    if (message.kind === 'close') return this.#close()
    const start = performance.now()
    const written = await this.#scribe.write(message.through)
    const busyMs = performance.now() - start
    await this.#work.after(written)
    this.#say({ kind: 'written', written, busyMs })
  }

  async #close(): Promise<void> {
    await this.#work[Symbol.asyncDispose]()
    this.#repository[Symbol.dispose]()
    this.#read.close()
    this.#port.close()
  }

  #say(message: FromLedger): void {
    this.#port.say(message)
  }
}

/** A lock that a killed server left behind names a commit of the server. Others' locks are theirs. */
function breakOwnLock(repository: Repository, branch: string, serverName: string): void {
  const going = repository.refs.readLock(branch)
  if (going === undefined || !repository.objects.has(going)) return
  if (isOfServer(commitAt(repository, going), serverName)) repository.refs.breakLock(branch)
}
