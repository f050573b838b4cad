// `myelin ledger verify`: everything about a ledger that can be checked with nothing but the ledger.
import { contentBranch } from './layout.ts'
import { GitError } from './git/object.ts'
import { openRepository, type Repository } from './git/repository.ts'
import { viewLedger } from './ledger-view.ts'
import { roomsIn } from './room-folders.ts'
import { fingerprintOf, verifyHistory } from './verify-history.ts'
import { verifyRoom } from './verify-room.ts'

export interface VerifyOptions {
  readonly folder: string
  /** The branch that never changes; the one of HEAD unless told. */
  readonly branch?: string | undefined
  /** Only this room: its folder's name or its id. Commits are verified all the same. */
  readonly room?: string | undefined
  /** The key that must have signed the commits, as OpenSSH names it: `SHA256:…`. */
  readonly key?: string | undefined
}

export interface VerifyReport {
  readonly serverName: string
  readonly branch: string
  readonly head: string
  /** The keys that count, as OpenSSH names them. */
  readonly keys: readonly string[]
  readonly commits: number
  readonly others: number
  readonly objects: number
  readonly rooms: number
  readonly events: number
  readonly contents: number
  readonly unjudged: number
  /** Empty when the ledger is what the server wrote. */
  readonly problems: readonly string[]
}

/** Verifies a ledger. Throws GitError when there is none to verify. */
export function verifyLedger({ folder, branch, room, key }: VerifyOptions): VerifyReport {
  using repository = openRepository(folder)
  const view = viewLedger(repository, branch)
  const { server, head } = view
  const heads = [head, ...contentHead(repository)]
  const history = verifyHistory({ repository, heads, server, fingerprint: key })
  const problems = [...history.problems]
  const total = { rooms: 0, events: 0, contents: 0, unjudged: 0 }
  const isWanted = (path: string, roomId: string) => room === undefined || room === roomId || path.endsWith(`/${room}`)
  // What cannot be read was named above, once.
  for (const each of readable(() => [...roomsIn(view.main)], []))
    if (isWanted(each.path, each.file.room_id)) {
      const report = readable(() => verifyRoom(view, each, (text) => problems.push(text)), undefined)
      total.rooms++
      total.events += report?.events ?? 0
      total.contents += report?.contents ?? 0
      total.unjudged += report?.unjudged ?? 0
    }
  const keys =
    key === undefined ? Object.values(server.verify_keys).flatMap((each) => fingerprintOf(each.key) ?? []) : [key]
  const { commits, others, objects } = history
  return {
    serverName: server.server_name,
    branch: view.branch,
    head,
    keys,
    commits,
    others,
    objects,
    ...total,
    problems,
  }

  function readable<T>(read: () => T, otherwise: T): T {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof GitError) && !(error instanceof SyntaxError)) throw error
      if (!problems.some((each) => each.includes(error.message))) problems.push(error.message)
      return otherwise
    }
  }
}

function contentHead({ refs }: Repository): string[] {
  const id = refs.read(contentBranch) ?? refs.read('refs/remotes/origin/content')
  return id === undefined ? [] : [id]
}
