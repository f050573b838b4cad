// Reads a pack by its index: whole objects, and those that git's own repacking has left as differences from others.
// https://git-scm.com/docs/gitformat-pack
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import { inflateSync } from 'node:zlib'
import { applyDelta } from './delta.ts'
import { GitError, type GitObject, type ObjectType } from './object.ts'

const idBytes = 20
const fanOutAt = 8
const idsAt = fanOutAt + 256 * 4
const trailerBytes = 20
const isLarge = 0x8000_0000

const types: Readonly<Record<number, ObjectType>> = { 1: 'commit', 2: 'tree', 3: 'blob', 4: 'tag' }
const offsetDelta = 6
const referenceDelta = 7

/** What a difference is against is in the same pack, or, in one that git has not completed, elsewhere. */
export type FindElsewhere = (id: string) => GitObject

export class PackReader implements Disposable {
  readonly path: string
  readonly #index: Buffer
  readonly #count: number
  readonly #file: number
  readonly #end: number
  #starts: Float64Array | undefined

  /** `path` is without its ending. */
  constructor(path: string) {
    this.path = path
    this.#index = readFileSync(`${path}.idx`)
    if (this.#index.length < idsAt || this.#index.readUInt32BE(0) !== 0xff744f63 || this.#index.readUInt32BE(4) !== 2)
      throw new GitError(`${path}.idx is not a pack index of version 2`)
    this.#count = this.#index.readUInt32BE(idsAt - 4)
    this.#file = openSync(`${path}.pack`, 'r')
    this.#end = fstatSync(this.#file).size - trailerBytes
  }

  [Symbol.dispose](): void {
    closeSync(this.#file)
  }

  /** The object, undefined when it is not in this pack. */
  read(id: string, elsewhere: FindElsewhere): GitObject | undefined {
    const place = this.#placeOf(Buffer.from(id, 'hex'))
    return place === undefined ? undefined : this.#readAt(this.#offset(place), elsewhere)
  }

  has(id: string): boolean {
    return this.#placeOf(Buffer.from(id, 'hex')) !== undefined
  }

  #placeOf(id: Buffer): number | undefined {
    const first = id[0] ?? 0
    let low = first === 0 ? 0 : this.#index.readUInt32BE(fanOutAt + (first - 1) * 4)
    let high = this.#index.readUInt32BE(fanOutAt + first * 4)
    while (low < high) {
      const middle = (low + high) >> 1
      const at = idsAt + middle * idBytes
      const order = this.#index.compare(id, 0, idBytes, at, at + idBytes)
      if (order === 0) return middle
      if (order > 0) high = middle
      else low = middle + 1
    }
    return undefined
  }

  #offset(place: number): number {
    const offsetsAt = idsAt + this.#count * (idBytes + 4)
    const offset = this.#index.readUInt32BE(offsetsAt + place * 4)
    if (offset < isLarge) return offset
    return Number(this.#index.readBigUInt64BE(offsetsAt + this.#count * 4 + (offset - isLarge) * 8))
  }

  /** Where the entry behind the one at `offset` begins. */
  #endOf(offset: number): number {
    this.#starts ??= Float64Array.from({ length: this.#count }, (_, place) => this.#offset(place)).toSorted()
    let low = 0
    let high = this.#starts.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#starts[middle] ?? 0) <= offset) low = middle + 1
      else high = middle
    }
    return this.#starts[low] ?? this.#end
  }

  #readAt(offset: number, elsewhere: FindElsewhere): GitObject {
    const entry = this.#bytes(offset, this.#endOf(offset))
    let at = 0
    let byte = entry[at++] ?? 0
    const kind = (byte >> 4) & 7
    while (byte & 0x80) byte = entry[at++] ?? 0
    const type = types[kind]
    if (type) return { type, data: this.#inflate(entry.subarray(at), offset) }
    if (kind === referenceDelta) {
      const id = entry.toString('hex', at, at + idBytes)
      const base = this.read(id, elsewhere) ?? elsewhere(id)
      return { type: base.type, data: applyDelta(base.data, this.#inflate(entry.subarray(at + idBytes), offset)) }
    }
    if (kind !== offsetDelta) throw this.#damaged(offset, `there is no object of kind ${kind}`)
    const { distance, next } = distanceAt(entry, at)
    if (distance <= 0 || distance > offset) throw this.#damaged(offset, 'it differs from nothing')
    const base = this.#readAt(offset - distance, elsewhere)
    return { type: base.type, data: applyDelta(base.data, this.#inflate(entry.subarray(next), offset)) }
  }

  #bytes(from: number, to: number): Buffer {
    const bytes = Buffer.alloc(to - from)
    if (readSync(this.#file, bytes, 0, bytes.length, from) !== bytes.length) throw this.#damaged(from, 'it ends early')
    return bytes
  }

  #inflate(bytes: Buffer, offset: number): Buffer {
    try {
      return inflateSync(bytes)
    } catch (error) {
      throw this.#damaged(offset, error instanceof Error ? error.message : String(error))
    }
  }

  #damaged(offset: number, reason: string): GitError {
    return new GitError(`${this.path}.pack is damaged at byte ${offset}: ${reason}`)
  }
}

/** 7 bits in each byte, highest first; each byte that follows another counts one more. */
function distanceAt(entry: Buffer, start: number): { distance: number; next: number } {
  let next = start
  let byte = entry[next++] ?? 0
  let distance = byte & 0x7f
  while (byte & 0x80) {
    byte = entry[next++] ?? 0
    distance = (distance + 1) * 128 + (byte & 0x7f)
  }
  return { distance, next }
}
