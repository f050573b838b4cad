// Messages in the user's own words: a Liquid template makes the HTML, the plain text follows from it. Liquid runs no code
// of the template's author, and what is put in is escaped unless the template says `raw`.
import { NotifierError } from './failure.ts'
import { markOf, verdictOf, type Rendered, type RenderOptions } from './render-report.ts'
import type { Report } from './report.ts'
import { duration, oneLine } from './text.ts'

const parseLimitCharacters = 50_000
const renderLimitMs = 2000
const memoryLimitCells = 1_000_000

/** Renders a report by a template. Throws `NotifierError` of kind `usage` when the template is wrong. */
export const renderTemplate = (template: string, report: Report, options: RenderOptions = {}): Promise<Rendered> =>
  renderLiquid(template, { ...cleaned(report), ...wordsOf(report, options) }, renderLimitMs)

/** Renders any values by a template, within a time. Throws `NotifierError` of kind `usage` when the template is wrong. */
export async function renderLiquid(template: string, values: object, limitMs: number): Promise<Rendered> {
  const { Liquid } = await import('liquidjs')
  const engine = new Liquid({
    outputEscape: 'escape',
    ownPropertyOnly: true,
    templates: {},
    parseLimit: parseLimitCharacters,
    renderLimit: limitMs,
    memoryLimit: memoryLimitCells,
  })
  engine.registerFilter('duration', (ms: unknown) => duration(Number(ms)))
  try {
    const html = String(await engine.parseAndRender(template, values)).trim()
    return { html, body: textOf(html) }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new NotifierError('usage', `The template is wrong: ${reason}`, { cause })
  }
}

/** What templates have beside a report. */
export const wordsOf = (report: Report, options: RenderOptions) => ({
  mark: markOf(report, options),
  verdict: verdictOf(report),
})

/** Values with every text on one line, excerpts apart. */
export function cleaned(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, cleanedValue(each, name)]))
}

function cleanedValue(value: unknown, name: string): unknown {
  if (typeof value === 'string') return name === 'excerpt' ? value : oneLine(value)
  if (Array.isArray(value)) return value.map((each) => cleanedValue(each, name))
  return typeof value === 'object' && value !== null ? cleaned(value) : value
}

const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#34;': '"',
  '&#39;': "'",
  '&nbsp;': ' ',
}

/** HTML as plain text: lines where there are blocks, no tags. Takes time in proportion to the text, whatever is in it. */
export const textOf = (html: string): string =>
  html
    .replaceAll(/<(br|\/p|\/li|\/h[1-6]|\/tr|\/pre|\/blockquote)\b[^<>]*>/gi, '\n')
    .replaceAll(/<[^<>]*>/g, '')
    .replaceAll(/&(amp|lt|gt|quot|#34|#39|nbsp);/g, (entity) => entities[entity] ?? entity)
    .replaceAll(/(?<![ \t])[ \t]+\n/g, '\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()
