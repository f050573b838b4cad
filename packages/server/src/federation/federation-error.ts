// What can go wrong with another server. It is a MatrixError, so that a client whose request depended on that server
// reads in what way: never the other server's own status, which could be taken for a word about the client's token.
import { MatrixError } from '@myelin/protocol/errors'
import { refusalReasonCharactersMax } from '../federation-limits.ts'

/**
 * unreachable: no connection, no answer in time, a proxy's error, or backing off after one of these.
 * refused: the server answered with an error, or this server does not call such a server.
 * malformed: the answer is not what its endpoint promises, or too long.
 */
export type FederationErrorKind = 'unreachable' | 'refused' | 'malformed'

export interface FederationErrorOptions extends ErrorOptions {
  /** The error as the other server sent it. */
  readonly refusal?: MatrixError
}

export class FederationError extends MatrixError {
  readonly kind: FederationErrorKind
  /** The server this is about. */
  readonly serverName: string
  /** What the other server said, with its errcode and status. */
  readonly refusal: MatrixError | undefined

  /** `reason` continues a sentence that begins with the server's name. */
  constructor(kind: FederationErrorKind, serverName: string, reason: string, options: FederationErrorOptions = {}) {
    super(errcodeOf(kind, options.refusal), `${serverName} ${reason.slice(0, refusalReasonCharactersMax)}`, {
      status: passedOn(options.refusal)?.status ?? 502,
      ...(options.refusal?.errcode === 'M_INCOMPATIBLE_ROOM_VERSION' ? { fields: options.refusal.fields } : {}),
      cause: options.cause,
    })
    this.kind = kind
    this.serverName = serverName
    this.refusal = options.refusal
  }
}

/** Of what is said with status 400, this is "passed through to clients so that they may give better feedback". */
const feedback: ReadonlySet<string> = new Set([
  'M_INCOMPATIBLE_ROOM_VERSION',
  'M_UNABLE_TO_AUTHORISE_JOIN',
  'M_UNABLE_TO_GRANT_JOIN',
])

/**
 * "Forbidden" and "not found" mean the same to whoever asked this server to ask; that there is no such endpoint does not.
 */
const passedOn = (refusal: MatrixError | undefined): MatrixError | undefined => {
  if (refusal?.status === 400 && feedback.has(refusal.errcode)) return refusal
  if (refusal?.errcode === 'M_UNRECOGNIZED') return undefined
  return refusal?.status === 403 || refusal?.status === 404 ? refusal : undefined
}

const errcodeOf = (kind: FederationErrorKind, refusal: MatrixError | undefined): string =>
  passedOn(refusal)?.errcode ?? (kind === 'unreachable' ? 'M_CONNECTION_FAILED' : 'M_UNKNOWN')

/** The message of whatever was thrown. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
