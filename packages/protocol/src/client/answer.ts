// Answers as the client sees them: JSON values, byte streams, or a MatrixError.
import { MatrixError } from '../errors.ts'

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A response whose body has been read, unless it is one of bytes: then `text` is undefined and `response` holds them. */
export interface Answer {
  readonly response: Response
  readonly text: string | undefined
}

/** Reads the body of a response; successful ones may be left for the caller to stream. */
export const readAnswer = async (response: Response, isStreamed: boolean): Promise<Answer> => ({
  response,
  text: isStreamed && response.ok ? undefined : await response.text(),
})

/** The JSON of a successful answer; throws `MatrixError` when it is none. */
export const jsonOf = ({ response, text = '' }: Answer): unknown => {
  if (text === '') return {}
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new MatrixError('M_NOT_JSON', `${response.url} answered without JSON`, { status: 502, cause })
  }
}

/**
 * A refusal as a `MatrixError`: `errcode` as sent, or `M_UNAUTHORIZED` for the stages of interactive authentication (in
 * `fields`), or `M_UNKNOWN` for whatever a proxy may have said. Header names are in lower case.
 */
export const refusalOf = ({ response, text = '' }: Answer): MatrixError => {
  const headers = Object.fromEntries(response.headers)
  const { errcode, error, ...fields } = fieldsIn(text)
  const fallback = 'flows' in fields ? 'M_UNAUTHORIZED' : 'M_UNKNOWN'
  return new MatrixError(
    typeof errcode === 'string' ? errcode : fallback,
    typeof error === 'string' ? error : `HTTP ${response.status} from ${response.url}`,
    { status: response.status, fields, headers },
  )
}

const fieldsIn = (text: string): Fields => {
  try {
    const value: unknown = JSON.parse(text)
    return isFields(value) ? value : {}
  } catch {
    return {}
  }
}

/**
 * How long to wait before asking again, in milliseconds: "the server SHOULD include a `Retry-After` header" (seconds or a
 * date); `retry_after_ms` is its deprecated form. Undefined when the server does not say.
 */
export const retryAfterMs = ({ headers, fields }: MatrixError, nowMs: number): number | undefined => {
  const header = headers['retry-after']
  if (header !== undefined && /^\d+$/.test(header)) return Number(header) * 1000
  if (header !== undefined && !Number.isNaN(Date.parse(header))) return Math.max(0, Date.parse(header) - nowMs)
  const given = fields['retry_after_ms']
  return typeof given === 'number' && given >= 0 ? given : undefined
}
