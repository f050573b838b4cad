// The events of a room, one a line, in files of bounded length. On the second branch the same line of the same file holds
// the event with its content.
import { ledgerLinesPerSegment, ledgerSegmentsPerFolder } from '../limits.ts'
import type { Folder } from './git/tree.ts'
import { segmentFile } from './layout.ts'

/** The two forms of an event's line; `full` where contents are kept. */
export interface LinePair {
  readonly redacted: string
  readonly full: string | undefined
}

/** The trees of both branches; `content` where contents are kept. */
export interface Branches {
  readonly main: Folder
  readonly content: Folder | undefined
}

export class Segments {
  readonly #branches: Branches
  readonly #path: string
  #segment: number
  #redacted: string[]
  /** Lines of the same segment on the second branch, once one of them differs. */
  #full: string[] | undefined
  #isDirty = false

  /** The segments in a folder of the room, such as `events`. */
  constructor(branches: Branches, path: string) {
    this.#branches = branches
    this.#path = path
    this.#segment = Math.max(segmentCount(branches.main, path) - 1, 0)
    this.#redacted = linesOf(branches.main, this.#file())
    const full = branches.content && linesOf(branches.content, this.#file())
    this.#full = full?.length ? this.#filled(full) : undefined
  }

  get count(): number {
    return this.#segment * ledgerLinesPerSegment + this.#redacted.length
  }

  append({ redacted, full }: LinePair): void {
    if (this.#redacted.length === ledgerLinesPerSegment) this.#next()
    if (full !== undefined) this.#full ??= [...this.#redacted]
    this.#full?.push(full ?? redacted)
    this.#redacted.push(redacted)
    this.#isDirty = true
  }

  /** Writes what was appended. */
  write(): void {
    if (!this.#isDirty) return
    const { main, content } = this.#branches
    main.setText(this.#file(), textOf(this.#redacted))
    if (this.#full) content?.setText(this.#file(), textOf(this.#full))
    this.#isDirty = false
  }

  /** On the second branch, puts the redacted line of an event in place of the full one. Whether it was there. */
  redact(eventId: string, line: number): boolean {
    this.write()
    const { main, content } = this.#branches
    const segment = Math.floor((line - 1) / ledgerLinesPerSegment)
    const file = `${this.#path}/${segmentFile(segment)}`
    const start = `{"event_id":${JSON.stringify(eventId)},`
    const lines = content ? linesOf(content, file) : []
    const index = lines.findIndex((each) => each.startsWith(start))
    const redacted = linesOf(main, file)[index]
    if (redacted === undefined || lines[index] === redacted) return false
    lines[index] = redacted
    content?.setText(file, textOf(lines))
    if (segment === this.#segment && this.#full) this.#full = lines
    return true
  }

  /** The same for every line that is one of `isWanted`. Whether there were any. */
  redactAll(isWanted: (line: string) => boolean): boolean {
    this.write()
    const { main, content } = this.#branches
    let hasChanged = false
    if (content === undefined) return hasChanged
    for (let segment = 0; segment <= this.#segment; segment++) {
      const file = `${this.#path}/${segmentFile(segment)}`
      const full = linesOf(content, file)
      const redacted = full.length === 0 ? [] : linesOf(main, file)
      const left = full.map((line, index) => (line !== redacted[index] && isWanted(line) ? redacted[index]! : line))
      if (left.every((line, index) => line === full[index])) continue
      hasChanged = true
      content.setText(file, textOf(left))
      if (segment === this.#segment && this.#full) this.#full = left
    }
    return hasChanged
  }

  #next(): void {
    this.write()
    this.#segment++
    this.#redacted = []
    this.#full = undefined
  }

  /** A branch that stopped for a while has holes; they are redacted lines. */
  #filled(lines: readonly string[]): string[] {
    return this.#redacted.map((redacted, index) => lines[index] ?? redacted)
  }

  #file(): string {
    return `${this.#path}/${segmentFile(this.#segment)}`
  }
}

const textOf = (lines: readonly string[]): string => `${lines.join('\n')}\n`

export const linesOf = (tree: Folder, file: string): string[] => (tree.text(file) ?? '').split('\n').slice(0, -1)

/** How many segments a folder holds. */
export function segmentCount(tree: Folder, path: string): number {
  const folder = tree.folder(path)
  if (folder === undefined) return 0
  const last = Math.max(-1, ...folder.names().map(Number))
  const files = folder.folder(String(last).padStart(3, '0'))?.names().length ?? 0
  return Math.max(last, 0) * ledgerSegmentsPerFolder + files
}
