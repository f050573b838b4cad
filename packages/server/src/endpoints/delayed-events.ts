// Delayed events (MSC4140) are not supported. A server that ignored the delay would send at once what was meant for
// later, such as the "leave" of a call: so the request is refused.
import { MatrixError } from '@myelin/protocol/errors'

/** Throws M_UNRECOGNIZED (400) when the query of a send asks for a delay. */
export function refuseDelay(query: { readonly 'org.matrix.msc4140.delay'?: number | undefined }): void {
  if (query['org.matrix.msc4140.delay'] !== undefined)
    throw new MatrixError('M_UNRECOGNIZED', 'This server cannot send events later', { status: 400 })
}
