// A commit as a message: plain text, the same as HTML, and fields that machines can read.
import type { Commit } from './commits.ts'
import { escapeHtml, oneLine } from './text.ts'

/** The field of the event's content by which a later run recognises what it has announced. */
export const commitField = 'dev.myelin.commit'

export interface Announcement {
  readonly msgtype: 'm.notice'
  readonly body: string
  readonly format: 'org.matrix.custom.html'
  readonly formatted_body: string
  readonly 'm.mentions': Readonly<Record<string, never>>
  readonly [commitField]: { readonly hash: string; readonly link?: string }
}

/** Content of the `m.room.message` that announces a commit. Everything from the repository is escaped. */
export function announcement({ hash, shortHash, author, subject, link }: Commit): Announcement {
  const code = `<code>${escapeHtml(shortHash)}</code>`
  const linked = link === undefined ? code : `<a href="${escapeHtml(link)}">${code}</a>`
  return {
    msgtype: 'm.notice',
    body: [
      `${oneLine(author)} committed ${shortHash}: ${oneLine(subject)}`,
      ...(link === undefined ? [] : [link]),
    ].join('\n'),
    format: 'org.matrix.custom.html',
    formatted_body: `<strong>${escapeHtml(oneLine(author))}</strong> committed ${linked}: ${escapeHtml(oneLine(subject))}`,
    'm.mentions': {},
    [commitField]: { hash, ...(link === undefined ? {} : { link }) },
  }
}
