// The error catalogue: every errcode of the specification and the HTTP status it travels with.
// https://spec.matrix.org/v1.19/client-server-api/#standard-error-response

/** Errcode → HTTP status used unless the endpoint says otherwise. */
export const errorStatus = {
  M_APPSERVICE_LOGIN_UNSUPPORTED: 400,
  M_BAD_ALIAS: 400,
  M_BAD_JSON: 400,
  M_BAD_PAGINATION: 400,
  M_BAD_STATE: 400,
  M_BAD_STATUS: 400,
  M_CANNOT_LEAVE_SERVER_NOTICE_ROOM: 403,
  M_CANNOT_OVERWRITE_MEDIA: 409,
  M_CAPTCHA_INVALID: 400,
  M_CAPTCHA_NEEDED: 400,
  M_CONNECTION_FAILED: 502,
  M_CONNECTION_TIMEOUT: 504,
  M_DESTINATION_REJECTED: 400,
  M_DUPLICATE_ANNOTATION: 400,
  M_EMAIL_SEND_ERROR: 400,
  M_EXCLUSIVE: 400,
  M_FORBIDDEN: 403,
  M_GUEST_ACCESS_FORBIDDEN: 403,
  M_INCOMPATIBLE_ROOM_VERSION: 400,
  M_INVALID_ADDRESS: 400,
  M_INVALID_EMAIL: 400,
  M_INVALID_PARAM: 400,
  M_INVALID_PEPPER: 400,
  M_INVALID_ROOM_STATE: 400,
  M_INVALID_SIGNATURE: 400,
  M_INVALID_USERNAME: 400,
  M_INVITE_BLOCKED: 403,
  M_KEY_TOO_LARGE: 400,
  M_LIMIT_EXCEEDED: 429,
  M_MISSING_PARAM: 400,
  M_MISSING_PARAMS: 400,
  M_MISSING_TOKEN: 401,
  M_NOT_FOUND: 404,
  M_NOT_IN_THREAD: 400,
  M_NOT_JSON: 400,
  M_NOT_YET_UPLOADED: 504,
  M_NO_VALID_SESSION: 404,
  M_PROFILE_TOO_LARGE: 400,
  M_RESOURCE_LIMIT_EXCEEDED: 403,
  M_ROOM_IN_USE: 400,
  M_SEND_ERROR: 400,
  M_SERVER_NOT_TRUSTED: 400,
  M_SESSION_EXPIRED: 400,
  M_SESSION_NOT_VALIDATED: 400,
  M_TERMS_NOT_SIGNED: 403,
  M_THREEPID_AUTH_FAILED: 400,
  M_THREEPID_DENIED: 403,
  M_THREEPID_IN_USE: 400,
  M_THREEPID_MEDIUM_NOT_SUPPORTED: 400,
  M_THREEPID_NOT_FOUND: 400,
  M_TOKEN_INCORRECT: 400,
  M_TOO_LARGE: 413,
  M_UNABLE_TO_AUTHORISE_JOIN: 400,
  M_UNABLE_TO_GRANT_JOIN: 400,
  M_UNACTIONABLE: 400,
  M_UNAUTHORIZED: 401,
  M_UNKNOWN: 500,
  M_UNKNOWN_DEVICE: 400,
  M_UNKNOWN_POS: 400,
  M_UNKNOWN_TOKEN: 401,
  M_UNRECOGNIZED: 404,
  M_UNSUPPORTED_ROOM_VERSION: 400,
  M_URL_NOT_SET: 400,
  M_USER_DEACTIVATED: 403,
  M_USER_IN_USE: 400,
  M_USER_LIMIT_EXCEEDED: 403,
  M_USER_LOCKED: 401,
  M_USER_SUSPENDED: 403,
  M_WEAK_PASSWORD: 400,
  M_WRONG_ROOM_KEYS_VERSION: 403,
} as const

export type ErrorCode = keyof typeof errorStatus

const isErrorCode = (errcode: string): errcode is ErrorCode => Object.hasOwn(errorStatus, errcode)

/** What an error may carry besides `errcode` and `error`: further body fields, another status, response headers. */
export interface MatrixErrorOptions extends ErrorOptions {
  readonly status?: number
  readonly fields?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
}

/** A refusal as Matrix says it: thrown by servers, received by clients. `errcode` may be one this library does not know. */
export class MatrixError extends Error {
  override readonly name = 'MatrixError'
  readonly errcode: string
  readonly status: number
  readonly fields: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>

  constructor(errcode: ErrorCode | (string & {}), message: string, options: MatrixErrorOptions = {}) {
    super(message, options)
    this.errcode = errcode
    this.status = options.status ?? (isErrorCode(errcode) ? errorStatus[errcode] : 400)
    this.fields = options.fields ?? {}
    this.headers = options.headers ?? {}
  }

  /** The JSON body that goes over the wire. */
  toJSON(): Record<string, unknown> {
    return { ...this.fields, errcode: this.errcode, error: this.message }
  }
}
