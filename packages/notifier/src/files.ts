// Files that go into rooms: read, uploaded, encrypted before that where the room is, and posted beside what they belong to.
import { readFileSync, statSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { uploadContent } from '@myelin/protocol/client-server/content-repo'
import type { RoomEncryption } from './encryption/room-encryption.ts'
import { NotifierError } from './failure.ts'
import { refusalOf, type Content, type Homeserver } from './homeserver.ts'
import { knownOf, postOnce } from './keyed-message.ts'
import { ciField } from './message-content.ts'
import { oneLine } from './text.ts'

const mimeTypes: Readonly<Record<string, string>> = {
  '.txt': 'text/plain',
  '.log': 'text/plain',
  '.json': 'application/json',
  '.xml': 'application/xml',
  '.html': 'text/html',
  '.pdf': 'application/pdf',
  '.zip': 'application/zip',
  '.gz': 'application/gzip',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.svg': 'image/svg+xml',
}

export interface FileToUpload {
  readonly name: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Reads a file. Throws `NotifierError` of kind `usage` when it cannot be read or is larger than `sizeMax` bytes. */
export function readFile(file: string, sizeMax: number): FileToUpload {
  return { name: basename(file), bytes: bytesOf(file, sizeMax) }
}

function bytesOf(file: string, sizeMax: number): Uint8Array<ArrayBuffer> {
  try {
    if (statSync(file).size <= sizeMax) return new Uint8Array(readFileSync(file))
  } catch (cause) {
    throw new NotifierError('usage', `Cannot read ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
  }
  throw new NotifierError('usage', `${file} is larger than --size-max`)
}

/** Uploads files; gives the content of the messages that post them. */
export async function uploadAll(
  homeserver: Homeserver,
  files: readonly FileToUpload[],
  encryption: RoomEncryption | undefined,
): Promise<Content[]> {
  const contents: Content[] = []
  for (const { name, bytes } of files) {
    const mimetype = mimeTypes[extname(name).toLowerCase()] ?? 'application/octet-stream'
    contents.push({
      msgtype: mimetype.startsWith('image/') && mimetype !== 'image/svg+xml' ? 'm.image' : 'm.file',
      body: oneLine(name),
      filename: name,
      ...(await placed(homeserver, { name, bytes, mimetype }, encryption)),
      info: { mimetype, size: bytes.byteLength },
      'm.mentions': {},
      [ciField]: { v: 1, kind: 'file' },
    })
  }
  return contents
}

/** Where the uploaded file is: its `url`, or `file` with what opens it. */
async function placed(
  homeserver: Homeserver,
  { name, bytes, mimetype }: FileToUpload & { readonly mimetype: string },
  encryption: RoomEncryption | undefined,
): Promise<Content> {
  if (encryption === undefined)
    return { url: await uploadBytes(homeserver, { filename: name, bytes, contentType: mimetype }) }
  const encrypted = encryption.encryptFile(bytes)
  const contentType = 'application/octet-stream'
  return {
    file: {
      ...encrypted.file,
      url: await uploadBytes(homeserver, { bytes: new Uint8Array(encrypted.bytes), contentType }),
    },
  }
}

interface BytesToUpload {
  readonly filename?: string
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly contentType: string
}

async function uploadBytes(homeserver: Homeserver, file: BytesToUpload): Promise<string> {
  try {
    return (await homeserver.call(uploadContent, file)).content_uri
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal?.errcode === 'M_UNRECOGNIZED' || refusal?.status === 404)
      throw new NotifierError('server', `The homeserver takes no files: it answers ${refusal.errcode} to uploads`, {
        cause: error,
      })
    throw error
  }
}

export interface Attachment {
  readonly roomId: string
  /** The message that it belongs to: it is posted in its thread. */
  readonly rootId: string
  /** Key of what it belongs to: a file of a name is posted there once. */
  readonly key: string
  readonly file: FileToUpload
}

/** Posts a file beside what it belongs to, once. */
export async function attach(homeserver: Homeserver, { roomId, rootId, key, file }: Attachment): Promise<void> {
  const fileKey = `${key}\nfile\n${file.name}`
  if (knownOf(await homeserver.ownMessages(roomId), fileKey).rootId !== undefined) return
  const [content] = await uploadAll(homeserver, [file], await homeserver.encryptionFor(roomId))
  if (content === undefined) return
  await postOnce(homeserver, { roomId, key: fileKey, content, fields: { kind: 'file' }, threadRoot: rootId })
}
