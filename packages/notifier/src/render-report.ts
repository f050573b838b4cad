// A report as a message: plain text and the same as HTML. Everything in it may come from strangers and is escaped.
import type { Job, Named, Ref, Report, Status } from './report.ts'
import { jobsMax } from './report.ts'
import { duration, escapeHtml, htmlLink, oneLine, safeLink } from './text.ts'

/** A message as text and as HTML. */
export interface Rendered {
  readonly body: string
  readonly html: string
}

export interface RenderOptions {
  /** Words instead of emoji. */
  readonly isPlain?: boolean
}

const marks: Readonly<Record<Status, string>> = {
  running: '🟡',
  passed: '✅',
  failed: '❌',
  cancelled: '⚪',
  skipped: '⏭️',
}
const plainMarks: Readonly<Record<Status, string>> = {
  running: '[..]',
  passed: '[ok]',
  failed: '[FAILED]',
  cancelled: '[cancelled]',
  skipped: '[skipped]',
}

/** The sign of a status; a repaired branch has one of its own. */
export function markOf(
  { status, change }: Pick<Report, 'status' | 'change'>,
  { isPlain = false }: RenderOptions,
): string {
  if (isPlain) return plainMarks[status]
  return change === 'fixed' ? '💚' : marks[status]
}

const words: Readonly<Record<Status, string>> = {
  running: 'is running',
  passed: 'passed',
  failed: 'failed',
  cancelled: 'was cancelled',
  skipped: 'was skipped',
}

/** What happened, in words: `failed (broke)`, `failed (still broken, 3 in a row)`, `passed (fixed)`. */
export function verdictOf({ status, change, failuresInARow }: Report): string {
  if (change === undefined) return words[status]
  const counted = change === 'still broken' && failuresInARow !== undefined ? `, ${failuresInARow} in a row` : ''
  return `${words[status]} (${change}${counted})`
}

/** A line twice: as text and as HTML. */
interface Line {
  readonly text: string
  readonly html: string
}

/** Renders a report. */
export function renderReport(report: Report, options: RenderOptions = {}): Rendered {
  const lines = [headline(report, options), commitLine(report), jobsLine(report, options)].filter(
    (line) => line !== undefined,
  )
  const links = safeLink(report.pipeline?.url)
  const excerpt = excerptOf(report)
  return {
    body: [
      ...lines.map(({ text }) => text),
      ...(links === undefined ? [] : [links]),
      ...excerpt.map(({ text }) => text),
    ].join('\n'),
    html: lines.map(({ html }) => html).join('<br>') + excerpt.map(({ html }) => html).join(''),
  }
}

function headline(report: Report, options: RenderOptions): Line {
  const { repository, pipeline = { name: 'Pipeline' }, ref, durationMs } = report
  const took = durationMs === undefined ? '' : ` in ${duration(durationMs)}`
  const parts: Line[] = [
    plain(`${markOf(report, options)} `),
    ...(repository === undefined ? [] : [named(repository), plain(': ')]),
    strong(named(pipeline)),
    plain(` ${verdictOf(report)}`),
    ...(ref === undefined ? [] : [plain(` on ${refWord(ref)}`), named(ref)]),
    plain(took),
  ]
  return joined(parts)
}

const refWord = ({ kind }: Ref): string => ({ branch: '', tag: 'tag ', request: 'request ' })[kind]

function commitLine({ commit, actor }: Report): Line | undefined {
  if (commit === undefined) return actor === undefined ? undefined : plain(`by ${oneLine(actor)}`)
  const hash = oneLine(commit.shortHash)
  const link = safeLink(commit.link)
  const code = `<code>${escapeHtml(hash)}</code>`
  return joined([
    ...(commit.author === '' ? [] : [plain(`${oneLine(commit.author)} committed `)]),
    { text: hash, html: link === undefined ? code : `<a href="${escapeHtml(link)}">${code}</a>` },
    ...(commit.subject === '' ? [] : [plain(`: ${oneLine(commit.subject)}`)]),
  ])
}

function jobsLine({ jobs }: Report, options: RenderOptions): Line | undefined {
  if (jobs.length === 0) return undefined
  const shown = jobs.slice(0, jobsMax).map((job) => jobLine(job, options))
  const rest = jobs.length > jobsMax ? [plain(`and ${jobs.length - jobsMax} more`)] : []
  return joined([...shown, ...rest].flatMap((line, place) => (place === 0 ? [line] : [plain(' · '), line])))
}

/** A job on one line: sign, name, duration. */
export function jobLine(job: Job, options: RenderOptions = {}): Line {
  const took = job.durationMs === undefined ? '' : ` (${duration(job.durationMs)})`
  return joined([plain(`${markOf(job, options)} `), named(job), plain(took)])
}

/** Most characters of output that a message quotes. */
const excerptLengthMax = 2000
const escapeSequence = new RegExp(String.raw`\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]*\u0007)`, 'g')

function excerptOf({ excerpt }: Report): Line[] {
  if (excerpt === undefined || excerpt.trim() === '') return []
  const lines = excerpt.replaceAll(escapeSequence, '').split(/\r?\n/).map(oneLine)
  const text = lines.join('\n').slice(-excerptLengthMax).trim()
  return [{ text: `\n${text}`, html: `<pre><code>${escapeHtml(text)}</code></pre>` }]
}

const plain = (text: string): Line => ({ text, html: escapeHtml(text) })
const named = ({ name, url }: Named): Line => ({ text: oneLine(name), html: htmlLink(oneLine(name), url) })
const strong = ({ text, html }: Line): Line => ({ text, html: `<strong>${html}</strong>` })
const joined = (parts: readonly Line[]): Line => ({
  text: parts.map(({ text }) => text).join(''),
  html: parts.map(({ html }) => html).join(''),
})
