// Writes the ledger: reads the journal up to where commits end, and makes them, signed, in the repository. Everything in a
// commit follows from the database and the key, so that it is the same whenever and wherever it is made.
import { roomVersion } from '@myelin/algorithms/room-version'
import { ledgerCommitsPerStep, ledgerPackBytesMax, ledgerRoomsRememberedMax } from '../limits.ts'
import { erasedAmong } from '../store/accounts.ts'
import { eventById, type EventRow, eventsByNids } from '../store/events.ts'
import { entriesAfter } from '../store/journal.ts'
import { ledgerCommitsBetween } from '../store/ledger.ts'
import { isLivePlace } from '../store/places.ts'
import { roomByNid } from '../store/rooms.ts'
import { journalKind, type Reader } from '../store/store.ts'
import { userRooms } from '../store/user-rooms.ts'
import { authorOf, type LedgerIdentity, readServerFile, writeFrontMatter } from './front-matter.ts'
import { encodeCommit } from './git/commit.ts'
import { GitError } from './git/object.ts'
import type { Repository } from './git/repository.ts'
import { sshSign } from './git/ssh-signature.ts'
import { Folder } from './git/tree.ts'
import { commitAt, findTip, type Tip } from './tip.ts'
import { KeysBook } from './keys-book.ts'
import { contentBranch } from './layout.ts'
import { commitMessage, type RoomChange } from './message.ts'
import { RoomBook } from './room-book.ts'
import { RoomFolders } from './room-folders.ts'
import type { Branches } from './segments.ts'

export interface ScribeOptions {
  readonly read: Reader
  readonly repository: Repository
  /** The branch that never changes. */
  readonly branch: string
  readonly identity: LedgerIdentity
  readonly contents: 'all' | 'unencrypted-rooms' | 'none'
}

/** What one step has added. */
export interface Written {
  /** Up to where in the journal the ledger goes now. */
  readonly position: number
  /** The newest commit, undefined while there is none. */
  readonly commit: string | undefined
  readonly commits: number
  readonly events: number
  /** Contents were taken out of the second branch, and wait to be removed from the disk. */
  readonly isRedacted: boolean
}

export class Scribe {
  readonly #options: ScribeOptions
  readonly #branches: Branches
  readonly #folders: RoomFolders
  readonly #keys: KeysBook
  readonly #books = new Map<number, RoomBook>()
  readonly #tip: Tip
  /** Where the branches are in the repository, and where they will be. */
  #stored: { main: string | undefined; content: string | undefined }
  #next: { main: string | undefined; content: string | undefined }
  #position: number
  #isRedacted = false
  /** Users whose contents are gone. */
  readonly #erasedNids = new Set<number>()

  constructor(options: ScribeOptions) {
    this.#options = options
    const { repository, branch, read, identity, contents } = options
    const { objects, refs } = repository
    this.#tip = findTip(repository, branch, identity.serverName)
    const content = contents === 'none' ? undefined : refs.read(contentBranch)
    this.#stored = { main: this.#tip.head, content }
    this.#next = { ...this.#stored }
    this.#position = this.#tip.position
    const contentTree = content === undefined ? undefined : new Folder(objects, commitAt(repository, content).tree)
    this.#branches = {
      main: this.#tip.tree,
      content: contents === 'none' ? undefined : (contentTree ?? new Folder(objects)),
    }
    const owner = readServerFile(this.#branches.main)?.server_name
    if (owner !== undefined && owner !== identity.serverName)
      throw new GitError(`${branch} is the ledger of ${owner}. Name another folder with ledger.folder`)
    this.#folders = new RoomFolders(this.#branches)
    this.#keys = new KeysBook(read, this.#branches.main, identity.serverName)
  }

  get position(): number {
    return this.#position
  }
  get commit(): string | undefined {
    return this.#stored.main
  }

  /** Makes the next commits, at most so many that the journal goes up to `through`, and moves the branches to them. */
  async write(through: number): Promise<Written> {
    const { read, repository } = this.#options
    const limit = ledgerCommitsPerStep
    const ends = await ledgerCommitsBetween(read, { after: this.#position, through, limit })
    let events = 0
    let commits = 0
    this.#isRedacted = false
    for (const end of ends) {
      const rows = await this.#rowsThrough(end)
      if (rows.length > 0) {
        await this.#writeCommit(rows, end)
        commits++
        events += rows.length
      }
      this.#position = end
      if (repository.objects.pending.bytes > ledgerPackBytesMax) break
    }
    if (commits > 0) this.#publish()
    const { main: commit } = this.#stored
    return { position: this.#position, commit, commits, events, isRedacted: this.#isRedacted }
  }

  async #rowsThrough(end: number): Promise<EventRow[]> {
    const { read } = this.#options
    const entries = await entriesAfter(read, this.#position, end - this.#position)
    const nids = entries.flatMap(({ kind, ref, position }) =>
      kind === journalKind.event && position <= end ? [ref] : [],
    )
    return (await eventsByNids(read, nids)).filter(({ ord }) => ord !== null && ord > this.#position && ord <= end)
  }

  async #writeCommit(rows: readonly EventRow[], position: number): Promise<void> {
    writeFrontMatter(this.#branches.main, this.#options.identity)
    const changes: RoomChange[] = []
    const before = this.#position
    for (const [roomNid, ofRoom] of Map.groupBy(rows, (row) => row.roomNid)) {
      const name = await this.#writeRoom(roomNid, ofRoom)
      if (name !== undefined) changes.push({ name, rows: ofRoom })
    }
    let redacted = 0
    for (const row of rows) if (row.type === 'm.room.redaction') redacted += Number(await this.#redact(row, before))
    if (this.#branches.content) redacted += await this.#eraseThoseWhoLeave(rows)
    const message = commitMessage(changes, position)
    const timestampS = secondsOf(rows.at(-1)?.ts ?? 0)
    this.#next.main = this.#commit(this.#branches.main, { parent: this.#next.main, message, timestampS })
    if (this.#branches.content) this.#commitContent(this.#branches.content, { message, timestampS, redacted })
    this.#forgetBooks()
  }

  /** A redaction leaves no history of what it removes: the branch begins anew with what is left. */
  #commitContent(
    tree: Folder,
    { message, timestampS, redacted }: { message: string; timestampS: number; redacted: number },
  ) {
    const { repository } = this.#options
    if (redacted > 0) this.#isRedacted = true
    const parent = redacted > 0 ? undefined : this.#next.content
    const before = parent === undefined ? undefined : commitAt(repository, parent).tree
    // Nothing of it is shown, or it was written already before a crash.
    if (tree.isEmpty || tree.write() === before) return
    this.#next.content = this.#commit(tree, { parent, message, timestampS })
  }

  #commit(tree: Folder, more: { parent: string | undefined; message: string; timestampS: number }): string {
    const { identity, repository } = this.#options
    const { parent, message, timestampS } = more
    const parents = parent === undefined ? [] : [parent]
    const author = authorOf(identity.serverName)
    const commit = { tree: tree.write(), parents, author, timestampS, message }
    return repository.objects.add(
      'commit',
      encodeCommit(commit, (payload) => sshSign(payload, identity.key)),
    )
  }

  /** The name of the room's folder, undefined for a room of a version that is not known. */
  async #writeRoom(roomNid: number, rows: readonly EventRow[]): Promise<string | undefined> {
    const book = await this.#book(roomNid, rows)
    if (book === undefined) return undefined
    await this.#keys.append(await book.append(rows))
    return this.#folders.nameOf(roomNid)
  }

  async #book(roomNid: number, rows: readonly EventRow[]): Promise<RoomBook | undefined> {
    const known = this.#books.get(roomNid)
    this.#books.delete(roomNid)
    const book = known ?? (await this.#openBook(roomNid, rows))
    if (book) this.#books.set(roomNid, book)
    return book
  }

  async #openBook(roomNid: number, rows: readonly EventRow[]): Promise<RoomBook | undefined> {
    const { read, contents } = this.#options
    const room = await roomByNid(read, roomNid)
    const rules = room && roomVersion(room.version)
    if (!rules) return undefined
    const path = this.#folders.place(room, { rows, contents })
    return RoomBook.open({
      ...{ read, roomNid, rules, path, contents },
      branches: this.#branches,
      position: this.#position,
    })
  }

  async #redact(redaction: EventRow, before: number): Promise<boolean> {
    const { read } = this.#options
    const { redacts, content } = JSON.parse(redaction.json) as { redacts?: unknown; content?: { redacts?: unknown } }
    const eventId = content?.redacts ?? redacts
    const target = typeof eventId === 'string' ? await eventById(read, eventId) : undefined
    if (target?.redactedBy !== redaction.nid || target.roomNid !== redaction.roomNid) return false
    if (target.ord !== null && isLivePlace(target.ord) && target.ord > before) return false // it was redacted when it was written
    return (await this.#book(target.roomNid, []))?.redact(target) ?? false
  }

  /**
   * Who asks to be erased leaves all rooms: with the first that is written, all they wrote goes. What they wrote that
   * is written later comes without its content.
   */
  async #eraseThoseWhoLeave(rows: readonly EventRow[]): Promise<number> {
    const { read } = this.#options
    const members = rows.filter(({ type, senderNid }) => type === 'm.room.member' && !this.#erasedNids.has(senderNid))
    const senders = members.map(({ senderNid }) => senderNid)
    let erased = 0
    for (const userNid of await erasedAmong(read, senders)) {
      this.#erasedNids.add(userNid)
      const row = members.find(({ senderNid }) => senderNid === userNid)
      const { sender } = JSON.parse(row?.json ?? '{}') as { sender: string }
      for (const { roomNid, roomId } of await userRooms(read, userNid))
        if (this.#folders.has(roomId)) erased += Number((await this.#book(roomNid, []))?.erase(sender) ?? false)
    }
    return erased
  }

  /** Makes the commits durable, then moves the branches: the second one first, which can be written twice. */
  #publish(): void {
    const { repository, branch } = this.#options
    repository.objects.flush()
    const { main, content } = this.#next
    if (repository.refs.read(branch) !== this.#stored.main) throw new GitError(`Somebody has moved ${branch}`)
    if (content !== undefined && content !== this.#stored.content)
      repository.refs.update(contentBranch, content, this.#stored.content)
    if (main !== undefined) repository.refs.update(branch, main, this.#stored.main)
    this.#stored = { ...this.#next }
  }

  #forgetBooks(): void {
    for (const oldest of this.#books.keys()) {
      if (this.#books.size <= ledgerRoomsRememberedMax) return
      this.#books.delete(oldest)
    }
  }
}

// Servers may claim any time: git takes what it can print.
const latestSeconds = Date.UTC(2100, 0) / 1000
const secondsOf = (ms: number): number => Math.min(Math.max(Math.floor(ms / 1000), 0), latestSeconds)
