// Where the operator's own socket is: in the data folder, or, when that path is too long for a socket, in a private
// folder under the system's temporary one.
import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** Unix socket paths are limited to 108 bytes on Linux, 104 on macOS. */
const socketPathBytesMax = 100

export function operatorSocketPath(data: string): string {
  const path = join(resolve(data), 'myelin.sock')
  if (Buffer.byteLength(path) <= socketPathBytesMax) return path
  const folder = join(tmpdir(), `myelin-${process.getuid?.() ?? 0}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return join(folder, `${createHash('sha256').update(path).digest('hex').slice(0, 16)}.sock`)
}
