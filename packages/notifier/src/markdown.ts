// Markdown as Matrix HTML. HTML in the Markdown is shown as text, never obeyed.
import type { Rendered } from './render-report.ts'

/** How a message is written. */
export const messageFormats = ['markdown', 'text'] as const
export type MessageFormat = (typeof messageFormats)[number]

/** Renders Markdown; the text as written is the plain form. */
export async function renderMarkdown(text: string): Promise<Rendered> {
  const { default: MarkdownIt } = await import('markdown-it')
  const html = new MarkdownIt({ html: false, linkify: false }).disable('image').render(text).trim()
  const isOneParagraph = html.lastIndexOf('<p>') === 0 && html.endsWith('</p>')
  return { body: text.trim(), html: isOneParagraph ? html.slice(3, -4) : html }
}
