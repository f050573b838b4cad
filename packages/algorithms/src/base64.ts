// Base64 as Matrix writes it: without padding. https://spec.matrix.org/v1.19/appendices/#unpadded-base64

const standard = /^[A-Za-z0-9+/]*={0,2}$/
const urlSafe = /^[A-Za-z0-9_-]*={0,2}$/

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Bytes as unpadded standard base64. */
export const encodeBase64 = (bytes: Uint8Array): string => {
  const padded = asBuffer(bytes).toString('base64')
  const end = padded.indexOf('=')
  return end < 0 ? padded : padded.slice(0, end)
}

/** Bytes as unpadded URL-safe base64. */
export const encodeBase64Url = (bytes: Uint8Array): string => asBuffer(bytes).toString('base64url')

const decode = (text: string, alphabet: RegExp): Uint8Array | undefined => {
  if (!alphabet.test(text)) return undefined
  const end = text.indexOf('=')
  return (end < 0 ? text.length : end) % 4 === 1 ? undefined : Buffer.from(text, 'base64')
}

/** The bytes of standard base64, padded or not; undefined when `text` is something else. */
export const decodeBase64 = (text: string): Uint8Array | undefined => decode(text, standard)

/** The bytes of URL-safe base64, padded or not; undefined when `text` is something else. */
export const decodeBase64Url = (text: string): Uint8Array | undefined => decode(text, urlSafe)
