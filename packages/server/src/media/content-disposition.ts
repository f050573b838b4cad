// The header that names a file: written so that no name can break out of it, read as other servers write it.
// https://www.rfc-editor.org/rfc/rfc6266 and https://www.rfc-editor.org/rfc/rfc8187
import { fileNameCharactersMax } from '../limits.ts'

export type Disposition = 'inline' | 'attachment'

/** A file name without what no name should hold: control characters, lone surrogates, more than fits. */
export function cleanFileName(name: string | undefined): string | undefined {
  // oxlint-disable-next-line no-control-regex -- these are what is taken out
  const clean = [...(name ?? '').toWellFormed().replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, '')]
    .slice(0, fileNameCharactersMax)
    .join('')
  return clean === '' ? undefined : clean
}

/** The header's value. Names beyond ASCII come twice: as old clients read them, and as they are. */
export function contentDisposition(disposition: Disposition, fileName: string | undefined): string {
  if (fileName === undefined) return disposition
  const quoted = `"${fileName.replaceAll(/[^\u0020-\u007e]/gu, '_').replaceAll(/["\\]/g, String.raw`\$&`)}"`
  if (/^[\u0020-\u007e]*$/.test(fileName)) return `${disposition}; filename=${quoted}`
  return `${disposition}; filename=${quoted}; filename*=UTF-8''${extended(fileName)}`
}

const extended = (text: string): string =>
  encodeURIComponent(text).replaceAll(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)

/** The file name in a header's value, undefined when it gives none. `filename*` goes before `filename`. */
export function fileNameIn(header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  const [, encoded] = /;\s*filename\*\s*=\s*UTF-8'[^']*'([^;\s]*)/i.exec(header) ?? []
  const decoded = encoded === undefined ? undefined : decodedOr(encoded)
  if (decoded !== undefined) return cleanFileName(decoded)
  const [, quoted, bare] = /;\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))/i.exec(header) ?? []
  return cleanFileName(quoted?.replaceAll(/\\(.)/g, '$1') ?? bare?.trim())
}

function decodedOr(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined // not percent-encoded UTF-8: the plain name is taken
  }
}
