// Git's trees: the names in one folder, and a folder structure of which only the changed parts are read and written.
import { GitError } from './object.ts'
import type { ObjectDatabase } from './object-database.ts'

export const mode = { file: '100644', folder: '40000' } as const

export interface TreeEntry {
  readonly name: string
  readonly mode: string
  readonly id: string
}

/** The entries of a tree object. */
export function parseTree(data: Buffer): TreeEntry[] {
  const entries: TreeEntry[] = []
  for (let at = 0; at < data.length;) {
    const space = data.indexOf(0x20, at)
    const end = data.indexOf(0, space)
    if (space < 0 || end < 0 || end + 21 > data.length) throw new GitError('A tree ends in the middle of an entry')
    const id = data.toString('hex', end + 1, end + 21)
    entries.push({ mode: data.toString('latin1', at, space), name: data.toString('utf8', space + 1, end), id })
    at = end + 21
  }
  return entries
}

/** The bytes of a tree object; folders are sorted as if their names ended in a slash. */
export function encodeTree(entries: readonly TreeEntry[]): Buffer {
  const keyed = entries.map((entry) => ({
    key: Buffer.from(entry.mode === mode.folder ? `${entry.name}/` : entry.name),
    bytes: Buffer.concat([Buffer.from(`${entry.mode} ${entry.name}\0`), Buffer.from(entry.id, 'hex')]),
  }))
  return Buffer.concat(keyed.toSorted((a, b) => Buffer.compare(a.key, b.key)).map(({ bytes }) => bytes))
}

type Node = TreeEntry | Folder

/** A folder and all below it, read on demand. */
export class Folder {
  readonly #objects: ObjectDatabase
  #id: string | undefined
  #nodes: Map<string, Node> | undefined

  /** Without an id: a new, empty folder. */
  constructor(objects: ObjectDatabase, id?: string) {
    this.#objects = objects
    this.#id = id
    if (id === undefined) this.#nodes = new Map()
  }

  get isEmpty(): boolean {
    return this.#entries().size === 0
  }

  /** The names directly in this folder. */
  names(): string[] {
    return [...this.#entries().keys()]
  }

  folder(path: string): Folder | undefined {
    const [name, rest] = split(path)
    const node = this.#entries().get(name)
    if (node === undefined || !(node instanceof Folder)) return undefined
    return rest === undefined ? node : node.folder(rest)
  }

  /** The id of a file, undefined when there is none. */
  fileId(path: string): string | undefined {
    const [name, rest] = split(path)
    const node = this.#entries().get(name)
    if (rest === undefined) return node instanceof Folder ? undefined : node?.id
    return node instanceof Folder ? node.fileId(rest) : undefined
  }

  /** The text of a file, undefined when there is none. */
  text(path: string): string | undefined {
    const id = this.fileId(path)
    return id === undefined ? undefined : this.#objects.read(id).data.toString('utf8')
  }

  /** Writes a file, making the folders on the way; a file in the place of a folder gives way. */
  setText(path: string, text: string): void {
    this.#set(path, this.#objects.add('blob', Buffer.from(text)))
  }

  #set(path: string, id: string): void {
    const [name, rest] = split(path)
    const nodes = this.#entries()
    if (rest === undefined) nodes.set(name, { name, mode: mode.file, id })
    else {
      const known = nodes.get(name)
      const folder = known instanceof Folder ? known : new Folder(this.#objects)
      nodes.set(name, folder)
      folder.#set(rest, id)
    }
    this.#id = undefined
  }

  /** Removes a file or folder directly in this folder, or below it. */
  remove(path: string): void {
    const [name, rest] = split(path)
    const node = this.#entries().get(name)
    if (node === undefined) return
    if (rest === undefined) this.#entries().delete(name)
    else if (node instanceof Folder) node.remove(rest)
    this.#id = undefined
  }

  /** Has under a name what another folder has there, or nothing. */
  take(name: string, from: Folder): void {
    const node = from.#entries().get(name)
    if (node) this.#entries().set(name, node)
    else this.#entries().delete(name)
    this.#id = undefined
  }

  /** Adds what has changed to the objects; returns the id of this folder. */
  write(): string {
    if (this.#id !== undefined) return this.#id
    const entries = Array.from(this.#entries(), ([name, node]) =>
      node instanceof Folder ? { name, mode: mode.folder, id: node.write() } : node,
    )
    this.#id = this.#objects.add('tree', encodeTree(entries))
    return this.#id
  }

  /** Forgets what can be read again. */
  unload(): void {
    if (this.#id !== undefined) this.#nodes = undefined
  }

  #entries(): Map<string, Node> {
    if (this.#nodes) return this.#nodes
    const { type, data } = this.#objects.read(this.#id ?? '')
    if (type !== 'tree') throw new GitError(`Object ${this.#id} is not a tree`)
    this.#nodes = new Map(parseTree(data).map((entry) => [entry.name, this.#node(entry)]))
    return this.#nodes
  }

  #node(entry: TreeEntry): Node {
    return entry.mode === mode.folder ? new Folder(this.#objects, entry.id) : entry
  }
}

function split(path: string): [name: string, rest: string | undefined] {
  const slash = path.indexOf('/')
  return slash < 0 ? [path, undefined] : [path.slice(0, slash), path.slice(slash + 1)]
}
