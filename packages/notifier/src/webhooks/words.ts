// Words from anybody: JSON that Slack would take, JSON with `text`, or plain text.
import type { Story, Words } from '../story.ts'
import { textOf } from '../template.ts'
import { listAt, textAt } from './payload.ts'

/** Longest text that is said, characters. */
const textLengthMax = 20_000

/** What JSON of no known sender says: `text`, Slack's `attachments` and `blocks`, or else `html` without its markup. */
export function wordsIn(payload: unknown): Story[] {
  if (typeof payload === 'string') return said(payload)
  const isSlack = listAt(payload, 'attachments').length > 0 || listAt(payload, 'blocks').length > 0
  const parts = [
    textAt(payload, 'text'),
    ...listAt(payload, 'attachments').map(attachment),
    ...listAt(payload, 'blocks').map(block),
  ]
  const text = parts.filter((part) => part !== undefined && part !== '').join('\n\n')
  const html = textAt(payload, 'html')
  const words = text === '' && html !== undefined ? textOf(html) : markdown(text, isSlack)
  return said(words, { payload, username: textAt(payload, 'username') ?? textAt(payload, 'displayName') })
}

function said(text: string, more: Omit<Words, 'text'> = {}): Story[] {
  const words = text.toWellFormed().trim().slice(0, textLengthMax).toWellFormed()
  return words === '' && more.payload === undefined ? [] : [{ kind: 'words', words: { ...more, text: words } }]
}

function attachment(value: unknown): string | undefined {
  const title = textAt(value, 'title')
  const link = textAt(value, 'title_link')
  const heading = title === undefined ? undefined : link === undefined ? `*${title}*` : `<${link}|${title}>`
  const fields = listAt(value, 'fields').map(
    (field) => `*${textAt(field, 'title') ?? ''}* ${textAt(field, 'value') ?? ''}`,
  )
  const lines = [textAt(value, 'pretext'), heading, textAt(value, 'text'), ...fields].filter(
    (line) => line !== undefined,
  )
  return lines.length === 0 ? textAt(value, 'fallback') : lines.join('\n')
}

function block(value: unknown): string | undefined {
  const fields = listAt(value, 'fields').map((field) => textAt(field, 'text'))
  const elements = listAt(value, 'elements').map((element) => textAt(element, 'text'))
  return [textAt(value, 'text', 'text'), ...fields, ...elements].filter((line) => line !== undefined).join('\n')
}

/** Slack's links and bold letters as Markdown's, in what has been written for Slack. */
function markdown(text: string, isSlack: boolean): string {
  const linked = text.replaceAll(
    /<(https?:\/\/[^|>\s]+)(?:\|([^>]*))?>/g,
    (_, url: string, name?: string) => `[${name ?? url}](${url})`,
  )
  return isSlack ? linked.replaceAll(/(?<![\w*])\*([^*\n]+)\*(?![\w*])/g, '**$1**') : linked
}
