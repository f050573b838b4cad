// One pack of objects and its index, made durable before git or anybody else can see it.
// https://git-scm.com/docs/gitformat-pack
import { createHash, randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import { type GitObject, objectId, type ObjectType } from './object.ts'

const typeNumbers: Readonly<Record<ObjectType, number>> = { commit: 1, tree: 2, blob: 3, tag: 4 }
const headerBytes = 12
// The tree and segment texts are small and written often: more effort costs more time than it saves room.
const deflateLevel = 1

interface Entry {
  readonly id: string
  readonly offset: number
  readonly crc: number
}

/** Gathers objects until they are written. */
export class PackWriter {
  readonly #objects = new Map<string, GitObject>()
  #chunks: Buffer[] = []
  #entries: Entry[] = []
  #size = headerBytes

  /** Objects gathered. */
  get count(): number {
    return this.#objects.size
  }
  /** Bytes of the pack so far. */
  get bytes(): number {
    return this.#size
  }

  get(id: string): GitObject | undefined {
    return this.#objects.get(id)
  }

  /** Adds an object once; returns its id. */
  add(type: ObjectType, data: Buffer, id: string = objectId(type, data)): string {
    if (this.#objects.has(id)) return id
    this.#objects.set(id, { type, data })
    const chunk = Buffer.concat([entryHeader(type, data.length), deflateSync(data, { level: deflateLevel })])
    this.#entries.push({ id, offset: this.#size, crc: crc32(chunk) })
    this.#chunks.push(chunk)
    this.#size += chunk.length
    return id
  }

  /** Writes pack and index into `objects/pack` and begins anew. What is seen there is whole and on the disk. */
  write(objectsFolder: string): void {
    if (this.#entries.length === 0) return
    const folder = join(objectsFolder, 'pack')
    mkdirSync(folder, { recursive: true })
    const body = [packHeader(this.#entries.length), ...this.#chunks]
    const sum = sha1(body)
    const path = join(folder, `pack-${sum.toString('hex')}`)
    writeDurably(folder, `${path}.pack`, [...body, sum])
    writeDurably(folder, `${path}.idx`, packIndex(this.#entries, sum))
    syncFolder(folder)
    this.#objects.clear()
    this.#chunks = []
    this.#entries = []
    this.#size = headerBytes
  }
}

const sha1 = (parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sha1')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** Type and length: 4 bits of the length, then 7 in each further byte, lowest first. */
function entryHeader(type: ObjectType, length: number): Buffer {
  const bytes: number[] = []
  let current = (typeNumbers[type] << 4) | (length & 15)
  for (let rest = Math.floor(length / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.push(current | 0x80)
    current = rest & 0x7f
  }
  return Buffer.from([...bytes, current])
}

function packHeader(count: number): Buffer {
  const header = Buffer.alloc(headerBytes)
  header.write('PACK')
  header.writeUInt32BE(2, 4)
  header.writeUInt32BE(count, 8)
  return header
}

/** Version 2: how many ids begin with at most each byte, the ids, checksums and offsets; packs here are below 2 GiB. */
function packIndex(entries: readonly Entry[], packSum: Buffer): Buffer[] {
  const sorted = entries.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const head = Buffer.from('ff744f6300000002', 'hex')
  const fanOut = Buffer.alloc(256 * 4)
  const ids = Buffer.from(sorted.map(({ id }) => id).join(''), 'hex')
  const crcs = Buffer.alloc(sorted.length * 4)
  const offsets = Buffer.alloc(sorted.length * 4)
  for (const [index, { id, crc, offset }] of sorted.entries()) {
    fanOut.writeUInt32BE(index + 1, Number.parseInt(id.slice(0, 2), 16) * 4)
    crcs.writeUInt32BE(crc, index * 4)
    offsets.writeUInt32BE(offset, index * 4)
  }
  for (let at = 4; at < fanOut.length; at += 4)
    fanOut.writeUInt32BE(Math.max(fanOut.readUInt32BE(at), fanOut.readUInt32BE(at - 4)), at)
  const body = [head, fanOut, ids, crcs, offsets, packSum]
  return [...body, sha1(body)]
}

function writeDurably(folder: string, path: string, parts: readonly Uint8Array[]): void {
  // Git removes what begins like this and was left behind.
  const temporary = join(folder, `tmp_pack_${randomBytes(8).toString('hex')}`)
  const file = openSync(temporary, 'wx', 0o444)
  try {
    for (const part of parts) writeFully(file, part)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(temporary, path)
}

function writeFully(file: number, part: Uint8Array): void {
  for (let at = 0; at < part.length;) at += writeSync(file, part, at)
}

/** Makes the names in a folder durable. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return // folders cannot be opened there
  const file = openSync(folder, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
