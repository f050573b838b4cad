// Taking a file in: what arrives is written down until it ends, or is more than it may be.
import type { IncomingFile, MediaFiles } from './files.ts'
import { tooLarge } from './refusals.ts'

export interface ReceiveOptions {
  readonly bytesMax: number
  /** Of the refusal: 413 for a file of the caller's, 502 for one that comes from elsewhere. */
  readonly status: 413 | 502
  /** As the sender says it, if it does. */
  readonly bytesExpected?: number | undefined
}

/** Throws `M_TOO_LARGE` as soon as it shows, with the rest unread, and leaves nothing behind when it throws. */
export async function receiveFile(
  files: MediaFiles,
  body: AsyncIterable<Uint8Array>,
  { bytesMax, status, bytesExpected = 0 }: ReceiveOptions,
): Promise<IncomingFile> {
  if (bytesExpected > bytesMax) throw tooLarge(bytesMax, status)
  const file = await files.receive()
  try {
    for await (const chunk of body) {
      if (file.bytes + chunk.length > bytesMax) throw tooLarge(bytesMax, status)
      await file.write(chunk)
    }
    return file
  } catch (error) {
    await file[Symbol.asyncDispose]()
    throw error
  }
}
