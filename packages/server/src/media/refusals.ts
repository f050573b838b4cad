// What `media/` says when there is nothing to hand out.
import { MatrixError } from '@myelin/protocol/errors'

export const notFound = (): MatrixError => new MatrixError('M_NOT_FOUND', 'There is no such file')

/** The database knows the file, and its bytes are gone. */
export class FileMissing extends MatrixError {
  constructor() {
    super('M_NOT_FOUND', 'There is no such file any more')
  }
}

export const notYetUploaded = (): MatrixError =>
  new MatrixError('M_NOT_YET_UPLOADED', 'The file has not been uploaded yet')

/** "Homeservers should not store files that are too large", nor "proxy … large files … from remote homeservers" (502). */
export const tooLarge = (bytesMax: number, status: 413 | 502 = 413): MatrixError =>
  new MatrixError('M_TOO_LARGE', `The file is larger than the ${bytesMax} bytes allowed here`, { status })

/** The server whose the file is, or where it has put it, did not send it to its end. */
export const unreachable = (cause?: unknown): MatrixError =>
  new MatrixError('M_CONNECTION_FAILED', 'The file could not be had from its server', { cause })

export const busy = (what: string): MatrixError =>
  new MatrixError('M_LIMIT_EXCEEDED', `Too many ${what} at the moment. Try again.`, {
    fields: { retry_after_ms: 2_000 },
    headers: { 'retry-after': '2' },
  })
