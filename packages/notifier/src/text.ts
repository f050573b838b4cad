// Text from strangers, made safe to show: commit messages, names of branches and people, output of programs.

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => escapes[character] ?? character)

/** Control and direction-changing characters could make a line read as what it is not. */
const misleading = /[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]+/gu

/** Longest text of one line, characters. */
const lineLengthMax = 300

/** The text on one line, without characters that mislead, cut where it is too long. */
export function oneLine(text: string): string {
  const line = text.toWellFormed().replaceAll(misleading, ' ').trim()
  return line.length <= lineLengthMax
    ? line
    : `${line
        .slice(0, lineLengthMax - 1)
        .toWellFormed()
        .trimEnd()}…`
}

/** Longest address that becomes a link, characters: a message holds many of them. */
const linkLengthMax = 500

/** The address when it is one of the web, else undefined: `javascript:` and the like never become links. */
export function safeLink(address: string | undefined): string | undefined {
  if (address === undefined || address.length > linkLengthMax) return undefined
  const url = URL.parse(address)
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url.href : undefined
}

/** A link as HTML; without a safe address the text alone. The text is escaped here. */
export function htmlLink(text: string, address: string | undefined): string {
  const link = safeLink(address)
  return link === undefined ? escapeHtml(text) : `<a href="${escapeHtml(link)}">${escapeHtml(text)}</a>`
}

/** A duration as people say it: `850 ms`, `12 s`, `3 min 2 s`, `1 h 4 min`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return [`${minutes} min`, ...(seconds % 60 === 0 ? [] : [`${seconds % 60} s`])].join(' ')
  return [`${Math.floor(minutes / 60)} h`, ...(minutes % 60 === 0 ? [] : [`${minutes % 60} min`])].join(' ')
}
