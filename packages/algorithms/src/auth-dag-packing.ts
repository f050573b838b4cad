// An auth DAG in bytes: three little-endian 32-bit numbers (format, rows, citations) and a zero, then the columns one after
// another, the widest first. What follows from the columns is not kept.
import { AuthDagColumns } from './auth-dag-columns.ts'

const format = 1
const headerBytes = 16
const bytesPerRow = 8 + 8 + 4 + 4 + 4 + 1

const packedBytes = (count: number, edges: number) => headerBytes + count * bytesPerRow + 4 + edges * 4

export function packColumns(columns: AuthDagColumns): Uint8Array {
  const { count } = columns
  const edgeCount = columns.offsets[count]!
  const bytes = new Uint8Array(packedBytes(count, edgeCount))
  bytes.set(bytesOf(Int32Array.of(format, count, edgeCount, 0)))
  let at = headerBytes
  const put = (column: ArrayBufferView): void => {
    bytes.set(bytesOf(column), at)
    at += column.byteLength
  }
  put(columns.originServerTs.subarray(0, count))
  put(columns.depths.subarray(0, count))
  put(columns.nids.subarray(0, count))
  put(columns.slots.subarray(0, count))
  put(columns.offsets.subarray(0, count + 1))
  put(columns.edges.subarray(0, edgeCount))
  put(columns.flags.subarray(0, count))
  return bytes
}

/** Throws RangeError if `bytes` are not columns that were packed. */
export function unpackColumns(bytes: Uint8Array): AuthDagColumns {
  const { buffer } = new Uint8Array(bytes)
  if (buffer.byteLength < headerBytes) throw new RangeError('The auth DAG is cut off')
  const [found, count = 0, edgeCount = 0] = new Int32Array(buffer, 0, 4)
  if (found !== format) throw new RangeError(`The auth DAG has format ${found}, not ${format}`)
  if (buffer.byteLength !== packedBytes(count, edgeCount)) throw new RangeError('The auth DAG has the wrong length')
  let at = headerBytes
  const take = (length: number): number => {
    at += length
    return at - length
  }
  const columns = new AuthDagColumns(count, edgeCount)
  columns.count = count
  columns.originServerTs.set(new Float64Array(buffer, take(8 * count), count))
  columns.depths.set(new Float64Array(buffer, take(8 * count), count))
  columns.nids.set(new Int32Array(buffer, take(4 * count), count))
  columns.slots.set(new Int32Array(buffer, take(4 * count), count))
  columns.offsets.set(new Int32Array(buffer, take(4 * count + 4), count + 1))
  columns.edges.set(new Int32Array(buffer, take(4 * edgeCount), edgeCount))
  columns.flags.set(new Uint8Array(buffer, take(count), count))
  for (let local = 0; local < count; local++) columns.linkPowerLevels(local)
  return columns
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) => new Uint8Array(buffer, byteOffset, byteLength)
