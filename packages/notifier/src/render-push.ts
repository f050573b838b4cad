// A push as a message: plain text and the same as HTML.
import type { Push } from './push.ts'
import type { Rendered } from './render-report.ts'
import { escapeHtml, htmlLink, oneLine } from './text.ts'

const doings: Readonly<Record<Push['kind'], string>> = {
  pushed: 'was pushed',
  created: 'was created',
  deleted: 'was deleted',
  forced: 'was force-pushed: history was rewritten',
}

/** Renders a push. Everything from the repository is escaped. */
export function renderPush({ repository, ref, kind, commits, leftOutCount, url }: Push): Rendered {
  const name = oneLine(repository.name)
  const refName = oneLine(ref.name)
  const count = commits.length + leftOutCount
  const counted = count === 0 ? '' : ` (${count} ${count === 1 ? 'commit' : 'commits'})`
  const more = leftOutCount === 0 ? '' : `and ${leftOutCount} earlier`
  const lines = commits.map(({ shortHash, author, subject }) => `${shortHash} ${oneLine(author)}: ${oneLine(subject)}`)
  const items = commits.map(
    ({ shortHash, author, subject, link }) =>
      `<li>${htmlLink(shortHash, link)} ${escapeHtml(oneLine(author))}: ${escapeHtml(oneLine(subject))}</li>`,
  )
  const list = items.length === 0 ? '' : `<ul>${items.join('')}${more === '' ? '' : `<li>${more}</li>`}</ul>`
  const title = `${htmlLink(name, repository.url)}: ${ref.kind} <strong>${htmlLink(refName, url)}</strong>`
  return {
    body: [`${name}: ${ref.kind} ${refName} ${doings[kind]}${counted}`, ...lines, more, url ?? '']
      .filter((line) => line !== '')
      .join('\n'),
    html: `${title} ${doings[kind]}${counted}${list}`,
  }
}
