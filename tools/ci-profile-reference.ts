// The page docs/reference/ci-profile.md: what is open under `profile: ci`, from the table that the server enforces.
import { errorStatus } from '@myelin/protocol/errors'
import { profileSettings } from '@myelin/server/config/profile-settings'
import { ciProfile, type Api, type Audience, type ProfileRow } from '@myelin/server/endpoints/ci-profile'

const opening = `# The CI profile

Made from \`packages/server/src/endpoints/ci-profile.ts\` by \`npm run docs\`.

\`profile: ci\`, or \`myelin ci-server\`, is a homeserver that a project's CI announces on, and nothing else. Accounts are made
by its operator. Their users create public rooms with an alias, and speak in them; people of other servers join by
federation and read. In a new room \`users_default\` is -1, so only those speak to whom the room's power levels give a level
of their own; \`power_level_content_override\` or an \`m.room.power_levels\` in \`initial_state\` says otherwise. A room that is
not public is refused with \`M_FORBIDDEN\`, one without an alias with \`M_INVALID_ROOM_STATE\`.
`

const audiences: Readonly<Record<Audience, string>> = {
  everybody: 'everybody',
  users: 'users of this server',
  administrators: 'administrators',
  servers: 'other servers',
  nobody: 'nobody',
}

const otherwise = ({ openTo, refusal }: ProfileRow): string => {
  if (refusal) return `${errorStatus[refusal.errcode]} \`${refusal.errcode}\``
  if (openTo === 'users') return '401 `M_MISSING_TOKEN`; guests 403 `M_GUEST_ACCESS_FORBIDDEN`'
  if (openTo === 'administrators') return '403 `M_FORBIDDEN`'
  return openTo === 'servers' ? '401 `M_UNAUTHORIZED`' : ''
}

const apis: Readonly<Record<Api, string>> = {
  client: 'Clients',
  federation: 'Other servers',
  operator: 'The operator',
}

/** Markdown: one table per API, and the operations of each row below it. */
export const ciProfileReference = (): string => {
  const sections = Object.entries(apis).map(([api, title]) => {
    const rows = ciProfile.filter((row) => row.api === api)
    const cells = rows.map((row) => [row.about, audiences[row.openTo], otherwise(row)])
    return `## ${title}\n\n${table([['what', 'open to', 'otherwise'], ...cells])}\n\n${rows.map(operations).join('\n')}\n`
  })
  return `${[opening, settled(), ...sections].join('\n')}\nThe rest of \`/_myelin/admin/\` is open to administrators. What stands in no row is open to nobody: 403\n\`M_FORBIDDEN\`. What this server does [not serve](../unsupported.md) at all answers 404 \`M_UNRECOGNIZED\`.\n`
}

const settled = (): string => {
  const settings = Object.entries(profileSettings.ci).map(([name, value]) => `\`${name}: ${String(value)}\``)
  return `Settled by the profile: ${settings.join(', ')}.\n`
}

const operations = ({ about, operations: names }: ProfileRow): string =>
  `- ${about}: ${names.map((name) => `\`${name}\``).join(' ')}`

/** Columns padded to the same width, as the formatter has them. */
const table = (rows: readonly (readonly string[])[]): string => {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`
  const [head = [], ...body] = rows
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n')
}
