// `myelin-notify upload`: posts files, such as logs and artefacts.
import { readFileSync, statSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { uploadContent } from '@myelin/protocol/client-server/content-repo'
import type { RoomEncryption } from '../encryption/room-encryption.ts'
import { inEachRoom, outcomeOf } from '../each-room.ts'
import { NotifierError } from '../failure.ts'
import { refusalOf, type Content, type Homeserver } from '../homeserver.ts'
import { txnIdOf } from '../keyed-message.ts'
import { ciField, digestOf } from '../message-content.ts'
import { oneLine } from '../text.ts'
import { roomsOf, sessionOf } from './connect.ts'
import type { ConnectionFlags, RoomFlags } from './options.ts'
import type { Output } from './output.ts'
import { reportOutcomes } from './telling.ts'

export interface UploadFlags extends ConnectionFlags, RoomFlags {
  readonly sizeMax: number
}

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

/** Uploads every file once and posts it in every room. */
export async function upload(files: readonly string[], flags: UploadFlags, output: Output): Promise<number> {
  const read = files.map((file) => ({ name: basename(file), bytes: bytesOf(file, flags.sizeMax * 1024 * 1024) }))
  const outcomes = await sessionOf(flags, output).use(async (homeserver) => {
    const rooms = await roomsOf(homeserver, flags)
    // Before anything leaves: what is meant for an encrypted room is not even uploaded as it is.
    await Promise.all(rooms.map((roomId) => homeserver.encryptionFor(roomId)))
    if (flags.dryRun === true) return rooms.map((roomId) => ({ roomId, result: 'would post' as const, ms: 0 }))
    const contents = uploadsOf(homeserver, read)
    return inEachRoom(rooms, flags.connections, (roomId) =>
      outcomeOf(roomId, async () => {
        let eventId: string | undefined
        for (const content of await contents(await homeserver.encryptionFor(roomId)))
          eventId = await homeserver.send(roomId, { txnId: txnIdOf(roomId, digestOf(content)), content })
        return { result: 'posted', eventId }
      }),
    )
  })
  return reportOutcomes(outcomes, output)
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

interface FileToUpload {
  readonly name: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Uploads when first asked: files for encrypted rooms, and files for the others, once each. */
function uploadsOf(homeserver: Homeserver, files: readonly FileToUpload[]) {
  const uploads = new Map<RoomEncryption | undefined, Promise<Content[]>>()
  return (encryption: RoomEncryption | undefined): Promise<Content[]> => {
    const known = uploads.get(encryption) ?? uploadAll(homeserver, files, encryption)
    uploads.set(encryption, known)
    return known
  }
}

async function uploadAll(
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
