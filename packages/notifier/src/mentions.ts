// Who is called upon by a message: people by their user ID or by the author of the commit, or the whole room.
import { isUserId } from '@myelin/protocol/identifiers'
import { NotifierError } from './failure.ts'
import type { Content } from './homeserver.ts'
import type { Rendered } from './render-report.ts'
import type { Report } from './report.ts'
import { escapeHtml } from './text.ts'

/** From a commit's author, by e-mail address or name, to a user ID. */
export type AuthorMap = Readonly<Record<string, string>>

/** Whom to mention: user IDs, `author`, `room`. Unknown authors are left out; throws `usage` for anything else. */
export function mentioned(wanted: readonly string[], { commit }: Pick<Report, 'commit'>, authors: AuthorMap): string[] {
  const found = wanted.flatMap((each) => {
    if (each === 'room') return ['@room']
    if (each === 'author') return [commit?.email, commit?.author].flatMap((name) => userIdOf(name, authors)).slice(0, 1)
    if (isUserId(each)) return [each]
    throw new NotifierError('usage', `--mention takes a user ID, 'author' or 'room', not '${each}'`)
  })
  return [...new Set(found)]
}

const userIdOf = (name: string | undefined, authors: AuthorMap): string[] =>
  name !== undefined && Object.hasOwn(authors, name) ? [authors[name] ?? ''].filter(isUserId) : []

/** `m.mentions` of a message. https://spec.matrix.org/v1.19/client-server-api/#user-and-room-mentions */
export function mentionsOf(names: readonly string[]): Content {
  const userIds = names.filter((name) => name !== '@room')
  return {
    ...(userIds.length === 0 ? {} : { user_ids: userIds }),
    ...(userIds.length === names.length ? {} : { room: true }),
  }
}

/** The message followed by those it mentions, so that people see whom. */
export function withMentions({ body, html }: Rendered, names: readonly string[]): Rendered {
  if (names.length === 0) return { body, html }
  const links = names.map((name) =>
    name === '@room' ? name : `<a href="https://matrix.to/#/${encodeURIComponent(name)}">${escapeHtml(name)}</a>`,
  )
  return { body: `${body}\n${names.join(' ')}`, html: `${html}<br>${links.join(' ')}` }
}
