// `myelin-notify upload`: posts files, such as logs and artefacts.
import { readFileSync, statSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { uploadContent } from '@myelin/protocol/client-server/content-repo'
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
    await Promise.all(rooms.map((roomId) => homeserver.refuseEncrypted(roomId)))
    if (flags.dryRun === true) return rooms.map((roomId) => ({ roomId, result: 'would post' as const, ms: 0 }))
    const contents: Content[] = []
    for (const file of read) contents.push(await uploaded(homeserver, file))
    return inEachRoom(rooms, flags.connections, (roomId) =>
      outcomeOf(roomId, async () => {
        let eventId: string | undefined
        for (const content of contents)
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

async function uploaded(homeserver: Homeserver, { name, bytes }: FileToUpload): Promise<Content> {
  const mimetype = mimeTypes[extname(name).toLowerCase()] ?? 'application/octet-stream'
  try {
    const { content_uri } = await homeserver.call(uploadContent, { filename: name, bytes, contentType: mimetype })
    return {
      msgtype: mimetype.startsWith('image/') && mimetype !== 'image/svg+xml' ? 'm.image' : 'm.file',
      body: oneLine(name),
      filename: name,
      url: content_uri,
      info: { mimetype, size: bytes.byteLength },
      'm.mentions': {},
      [ciField]: { v: 1, kind: 'file' },
    }
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal?.errcode === 'M_UNRECOGNIZED' || refusal?.status === 404)
      throw new NotifierError('server', `The homeserver takes no files: it answers ${refusal.errcode} to uploads`, {
        cause: error,
      })
    throw error
  }
}
