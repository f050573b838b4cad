// What a source tells: a pipeline's standing, a push, a notice about something with a page of its own, or just words. All
// of it is as the source says it; rendering makes it safe.
import { renderMarkdown } from './markdown.ts'
import type { Push } from './push.ts'
import { renderPush } from './render-push.ts'
import { markOf, renderReport, type Rendered, type RenderOptions } from './render-report.ts'
import type { Named, Report, Status } from './report.ts'
import { cleaned, renderLiquid, wordsOf } from './template.ts'
import { escapeHtml, htmlLink, oneLine, safeLink } from './text.ts'

/** What a notice can be about. */
export const noticeKinds = [
  'request',
  'review',
  'comment',
  'issue',
  'release',
  'deployment',
  'wiki',
  'alert',
  'hook',
] as const
export type NoticeKind = (typeof noticeKinds)[number]

/** Something happened to a thing: a request was merged, a release published, an alert resolved. */
export interface Notice {
  readonly kind: NoticeKind
  /** Notices of one key are one message, edited in place; without it each is a message of its own. */
  readonly key?: string | undefined
  readonly repository?: Named | undefined
  /** The thing, such as `#12 Faster parser`. */
  readonly subject: Named
  /** What happened, such as `was merged`. */
  readonly doing: string
  readonly actor?: string | undefined
  readonly status?: Status | undefined
  /** Words that came with it, Markdown; quoted and cut where long. */
  readonly text?: string | undefined
}

/** Words to say as they are, Markdown. */
export interface Words {
  readonly text: string
  /** Who says them, if that is told. */
  readonly username?: string | undefined
  /** All that was sent, for templates. */
  readonly payload?: unknown
}

export type Story =
  | { readonly kind: 'pipeline'; readonly report: Report }
  | { readonly kind: 'push'; readonly push: Push }
  | { readonly kind: 'notice'; readonly notice: Notice }
  | { readonly kind: 'words'; readonly words: Words }

/**
 * Stories of one key are told in one message; undefined for what is a message of its own. So is every push: a branch that
 * is made, deleted and made again from the same commit is three messages.
 */
export function keyOf(story: Story): string | undefined {
  if (story.kind === 'pipeline') return story.report.key
  return story.kind === 'notice' ? story.notice.key : undefined
}

/** The word that filters know a story by: `pipeline`, `push`, `words`, or the kind of a notice. */
export const topicOf = (story: Story): string => (story.kind === 'notice' ? story.notice.kind : story.kind)

/** Name of the branch that a story is about, if it is about one. */
export function branchOf(story: Story): string | undefined {
  const ref = story.kind === 'pipeline' ? story.report.ref : story.kind === 'push' ? story.push.ref : undefined
  return ref?.kind === 'branch' ? ref.name : undefined
}

/** How the thing that a story is about stands, if it tells. */
export function statusOf(story: Story): Status | undefined {
  if (story.kind === 'pipeline') return story.report.status
  return story.kind === 'notice' ? story.notice.status : undefined
}

/** A story as a message. */
export async function renderStory(story: Story, options: RenderOptions = {}): Promise<Rendered> {
  if (story.kind === 'pipeline') return renderReport(story.report, options)
  if (story.kind === 'push') return renderPush(story.push)
  return story.kind === 'notice' ? renderNotice(story.notice, options) : renderWords(story.words)
}

/**
 * A story by a Liquid template, which sees its members, `kind`, and of a pipeline `mark` and `verdict`. Throws
 * `NotifierError` when the template is wrong or takes longer than `limitMs`.
 */
export function renderStoryTemplate(template: string, story: Story, limitMs: number): Promise<Rendered> {
  const { kind } = story
  if (kind === 'pipeline')
    return renderLiquid(template, { kind, ...cleaned(story.report), ...wordsOf(story.report, {}) }, limitMs)
  const values = kind === 'push' ? story.push : kind === 'notice' ? story.notice : story.words
  return renderLiquid(template, { ...(kind === 'words' ? values : cleaned(values)), kind }, limitMs)
}

/** Longest text that a notice quotes, characters. */
const quoteLengthMax = 600

async function renderNotice(notice: Notice, options: RenderOptions): Promise<Rendered> {
  const { repository, subject, doing, actor, status, text = '' } = notice
  const mark = status === undefined ? '' : `${markOf({ status }, options)} `
  const by = actor === undefined || actor === '' ? '' : ` by ${oneLine(actor)}`
  const [name, thing] = [repository === undefined ? '' : `${oneLine(repository.name)}: `, oneLine(subject.name)]
  const quoted = text.trim() === '' ? undefined : await renderMarkdown(shortened(text))
  const link = safeLink(subject.url)
  return {
    body: [
      `${mark}${name}${thing} ${doing}${by}`,
      ...(quoted === undefined ? [] : quoted.body.split('\n').map((line) => `> ${line}`)),
      ...(link === undefined ? [] : [link]),
    ].join('\n'),
    html: [
      mark,
      ...(repository === undefined ? [] : [`${htmlLink(oneLine(repository.name), repository.url)}: `]),
      `<strong>${htmlLink(thing, subject.url)}</strong> ${escapeHtml(doing)}${escapeHtml(by)}`,
      ...(quoted === undefined ? [] : [`<blockquote>${quoted.html}</blockquote>`]),
    ].join(''),
  }
}

async function renderWords({ text, username }: Words): Promise<Rendered> {
  const { body, html } = await renderMarkdown(text)
  if (username === undefined || username === '') return { body, html }
  const name = oneLine(username)
  return { body: `${name}: ${body}`, html: `<strong>${escapeHtml(name)}</strong>: ${html}` }
}

function shortened(text: string): string {
  const trimmed = text.toWellFormed().replaceAll('\r\n', '\n').trim()
  return trimmed.length <= quoteLengthMax ? trimmed : `${trimmed.slice(0, quoteLengthMax).toWellFormed().trimEnd()} …`
}
