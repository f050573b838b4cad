// `myelin-notify upload`: posts files, such as logs and artefacts.
import type { RoomEncryption } from '../encryption/room-encryption.ts'
import { inEachRoom, outcomeOf } from '../each-room.ts'
import { readFile, uploadAll, type FileToUpload } from '../files.ts'
import type { Content, Homeserver } from '../homeserver.ts'
import { txnIdOf } from '../keyed-message.ts'
import { digestOf } from '../message-content.ts'
import { roomsOf, sessionOf } from './connect.ts'
import type { ConnectionFlags, RoomFlags } from './options.ts'
import type { Output } from './output.ts'
import { reportOutcomes } from './telling.ts'

export interface UploadFlags extends ConnectionFlags, RoomFlags {
  readonly sizeMax: number
}

/** Uploads every file once and posts it in every room. */
export async function upload(files: readonly string[], flags: UploadFlags, output: Output): Promise<number> {
  const read = files.map((file) => readFile(file, flags.sizeMax * 1024 * 1024))
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

/** Uploads when first asked: files for encrypted rooms, and files for the others, once each. */
function uploadsOf(homeserver: Homeserver, files: readonly FileToUpload[]) {
  const uploads = new Map<RoomEncryption | undefined, Promise<Content[]>>()
  return (encryption: RoomEncryption | undefined): Promise<Content[]> => {
    const known = uploads.get(encryption) ?? uploadAll(homeserver, files, encryption)
    uploads.set(encryption, known)
    return known
  }
}
