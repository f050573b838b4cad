// Git's objects and what is wrong with them. An object is named by the SHA-1 of its type, length and bytes.
// https://git-scm.com/docs/gitformat-loose
import { createHash } from 'node:crypto'

export type ObjectType = 'commit' | 'tree' | 'blob' | 'tag'

export interface GitObject {
  readonly type: ObjectType
  readonly data: Buffer
}

/** The hexadecimal id of an object. */
export const objectId = (type: ObjectType, data: Uint8Array): string =>
  createHash('sha1').update(`${type} ${data.length}\0`).update(data).digest('hex')

/** A repository does not hold what it should, or holds something else; the message names the object or file. */
export class GitError extends Error {
  override readonly name = 'GitError'
}

/** A tree without entries. */
export const emptyTreeId = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'
