// The objects of a repository: those gathered for the next pack, those in packs, and loose ones.
import { readdirSync, readFileSync, existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { inflateSync } from 'node:zlib'
import { gitObjectsRememberedBytesMax } from '../../limits.ts'
import { GitError, type GitObject, objectId, type ObjectType } from './object.ts'
import { PackReader } from './pack-reader.ts'
import { PackWriter } from './pack-writer.ts'

export class ObjectDatabase implements Disposable {
  readonly #folder: string
  readonly #folders: readonly string[]
  readonly #pending = new PackWriter()
  readonly #remembered = new Map<string, GitObject>()
  #rememberedBytes = 0
  #packs = new Map<string, PackReader>()

  constructor(folder: string) {
    this.#folder = folder
    this.#folders = [folder, ...alternatesOf(folder)]
    this.#lookForPacks()
  }

  /** What waits to be written. */
  get pending(): { readonly count: number; readonly bytes: number } {
    return this.#pending
  }

  get packCount(): number {
    return this.#packs.size
  }

  /** The object. Throws GitError when it is missing or cannot be read. */
  read(id: string): GitObject {
    const object = this.#pending.get(id) ?? this.#remembered.get(id)
    return object ?? this.#remember(id, this.#find(id))
  }

  /** The object, checked against its name and read from the disk. Throws GitError for another one. */
  readChecked(id: string): GitObject {
    const object = this.#find(id)
    if (objectId(object.type, object.data) !== id)
      throw new GitError(`Object ${id}${this.#placeOf(id)} is not what its name says`)
    return object
  }

  has(id: string): boolean {
    return this.#pending.get(id) !== undefined || this.#stored(id) !== undefined
  }

  /** Gathers an object; returns its id. It is on the disk after `flush`. */
  add(type: ObjectType, data: Buffer): string {
    const id = objectId(type, data)
    return this.#remembered.has(id) ? id : this.#pending.add(type, data, id)
  }

  /** Makes everything gathered durable, in one pack. */
  flush(): void {
    this.#pending.write(this.#folder)
    this.#lookForPacks()
  }

  [Symbol.dispose](): void {
    for (const pack of this.#packs.values()) pack[Symbol.dispose]()
    this.#packs.clear()
  }

  #find(id: string): GitObject {
    try {
      const object = this.#stored(id)
      if (object !== undefined) return object
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new GitError(`Object ${id} cannot be read: ${reason}`, { cause })
    }
    throw new GitError(`Object ${id} is missing`)
  }

  #stored(id: string): GitObject | undefined {
    const found = this.#inPacks(id) ?? this.#loose(id)
    // Git may have moved it into a pack meanwhile.
    if (found !== undefined || !this.#lookForPacks()) return found
    return this.#inPacks(id)
  }

  #inPacks(id: string): GitObject | undefined {
    for (const pack of this.#packs.values()) {
      const object = pack.read(id, (other) => this.#find(other))
      if (object !== undefined) return object
    }
    return undefined
  }

  #loose(id: string): GitObject | undefined {
    for (const folder of this.#folders) {
      const path = join(folder, id.slice(0, 2), id.slice(2))
      if (existsSync(path)) return parseLoose(readFileSync(path))
    }
    return undefined
  }

  /** ` in …pack`, for messages. */
  #placeOf(id: string): string {
    const pack = [...this.#packs.values()].find((each) => each.has(id))
    return pack ? ` in ${pack.path}.pack` : ` in ${join(this.#folder, id.slice(0, 2), id.slice(2))}`
  }

  /** Opens packs that are new and closes those that are gone; newest first. Whether there are new ones. */
  #lookForPacks(): boolean {
    const paths = this.#folders.flatMap((folder) => packsIn(join(folder, 'pack')))
    const fresh = paths.filter((path) => !this.#packs.has(path))
    for (const [path, pack] of this.#packs) {
      if (paths.includes(path)) continue
      pack[Symbol.dispose]()
      this.#packs.delete(path)
    }
    if (fresh.length > 0)
      this.#packs = new Map([...fresh.map((path) => [path, new PackReader(path)] as const), ...this.#packs])
    return fresh.length > 0
  }

  #remember(id: string, object: GitObject): GitObject {
    this.#remembered.set(id, object)
    this.#rememberedBytes += object.data.length
    for (const [oldest, { data }] of this.#remembered) {
      if (this.#rememberedBytes <= gitObjectsRememberedBytesMax) break
      this.#remembered.delete(oldest)
      this.#rememberedBytes -= data.length
    }
    return object
  }
}

const packsIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder).flatMap((name) =>
        name.endsWith('.idx') ? [join(folder, name.slice(0, -'.idx'.length))] : [],
      )
    : []

/** Object folders of other repositories that this one uses. */
function alternatesOf(folder: string): string[] {
  const file = join(folder, 'info/alternates')
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => resolve(folder, line))
}

function parseLoose(bytes: Buffer): GitObject {
  const whole = inflateSync(bytes)
  const end = whole.indexOf(0)
  const [, type, length] = /^(commit|tree|blob|tag) (\d+)$/.exec(whole.toString('latin1', 0, end)) ?? []
  const data = whole.subarray(end + 1)
  if (type === undefined || Number(length) !== data.length) throw new GitError('it has no valid header')
  return { type: type as ObjectType, data }
}
