// Words from anybody: JSON that Slack would take, JSON with `text`, or plain text.
import type { Story, Words } from '../story.ts'
import { textOf } from '../template.ts'
import { listAt, textAt } from './payload.ts'

/** Longest text that is said, characters; what is read for it is cut to as much before anything looks through it. */
const textLengthMax = 20_000
/** Most attachments, blocks and fields of one of them that are read. */
const partsMax = 100

/** What JSON of no known sender says: `text`, Slack's `attachments` and `blocks`, or else `html` without its markup. */
export function wordsIn(payload: unknown): Story[] {
  if (typeof payload === 'string') return said(payload)
  const [attachments, blocks] = [partsAt(payload, 'attachments'), partsAt(payload, 'blocks')]
  const isSlack = attachments.length > 0 || blocks.length > 0
  const parts = [textAt(payload, 'text'), ...attachments.map(attachment), ...blocks.map(block)]
  const text = cut(parts.filter((part) => part !== undefined && part !== '').join('\n\n'))
  const html = textAt(payload, 'html')
  const words = text === '' && html !== undefined ? textOf(cut(html)) : markdown(text, isSlack)
  return said(words, { payload, username: textAt(payload, 'username') ?? textAt(payload, 'displayName') })
}

const partsAt = (value: unknown, name: string) => listAt(value, name).slice(0, partsMax)

const cut = (text: string): string => text.slice(0, textLengthMax).toWellFormed()

function said(text: string, more: Omit<Words, 'text'> = {}): Story[] {
  const words = cut(text).trim()
  return words === '' && more.payload === undefined ? [] : [{ kind: 'words', words: { ...more, text: words } }]
}

function attachment(value: unknown): string | undefined {
  const title = textAt(value, 'title')
  const link = textAt(value, 'title_link')
  const heading = title === undefined ? undefined : link === undefined ? `*${title}*` : `<${link}|${title}>`
  const fields = partsAt(value, 'fields').map(
    (field) => `*${textAt(field, 'title') ?? ''}* ${textAt(field, 'value') ?? ''}`,
  )
  const lines = [textAt(value, 'pretext'), heading, textAt(value, 'text'), ...fields].filter(
    (line) => line !== undefined,
  )
  return lines.length === 0 ? textAt(value, 'fallback') : lines.join('\n')
}

function block(value: unknown): string | undefined {
  const fields = partsAt(value, 'fields').map((field) => textAt(field, 'text'))
  const elements = partsAt(value, 'elements').map((element) => textAt(element, 'text'))
  return [textAt(value, 'text', 'text'), ...fields, ...elements].filter((line) => line !== undefined).join('\n')
}

/** Slack's links and bold letters as Markdown's, in what has been written for Slack. */
function markdown(text: string, isSlack: boolean): string {
  const linked = text.replaceAll(
    /<(https?:\/\/[^|<>\s]+)(?:\|([^<>]*))?>/g,
    (_, url: string, name?: string) => `[${name ?? url}](${url})`,
  )
  return isSlack ? linked.replaceAll(/(?<![\w*])\*([^*\n]+)\*(?![\w*])/g, '**$1**') : linked
}
