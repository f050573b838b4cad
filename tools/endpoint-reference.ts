// Reference pages of the APIs: each endpoint's path, who may call it and its types, with the words of its doc comment.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { applicationServiceGroups } from '@myelin/protocol/application-service/groups'
import { clientServerGroups } from '@myelin/protocol/client-server/groups'
import type { EndpointDefinition } from '@myelin/protocol/endpoint'
import * as fallback from '@myelin/protocol/fallback/fallback'
import { identityGroups } from '@myelin/protocol/identity/groups'
import * as oauth from '@myelin/protocol/oauth/oauth'
import { pushGatewayGroups } from '@myelin/protocol/push-gateway/groups'
import { serverServerGroups } from '@myelin/protocol/server-server/groups'
import { schemaText } from './schema-text.ts'

interface Api {
  readonly title: string
  /** Folder of the definitions, and name of the page. */
  readonly folder: string
  readonly groups: Readonly<Record<string, object>>
}

const apis: readonly Api[] = [
  { title: 'Client-server API', folder: 'client-server', groups: clientServerGroups },
  { title: 'Server-server API', folder: 'server-server', groups: serverServerGroups },
  { title: 'Application service API', folder: 'application-service', groups: applicationServiceGroups },
  { title: 'Identity service API', folder: 'identity', groups: identityGroups },
  { title: 'Push gateway API', folder: 'push-gateway', groups: pushGatewayGroups },
  { title: 'OAuth 2.0 API', folder: 'oauth', groups: { oauth } },
  { title: 'Fallback pages', folder: 'fallback', groups: { fallback } },
]

const sources = join(import.meta.dirname, '../packages/protocol/src')

/** One page per API, with where it belongs. */
export const endpointPages = (): { path: string; text: string }[] =>
  apis.map((api) => ({ path: `docs/reference/${api.folder}.md`, text: pageText(api) }))

const pageText = ({ title, folder, groups }: Api): string => {
  const sections = Object.entries(groups).map(([file, group]) => sectionText(folder, file, group))
  const opening = `# ${title}\n\nMade from the definitions in \`@myelin/protocol/${folder}\` by \`npm run docs\`. Objects may have further fields.\n`
  return [opening, ...sections].join('\n')
}

const sectionText = (folder: string, file: string, group: object): string => {
  const comments = commentsIn(readFileSync(join(sources, folder, `${file}.ts`), 'utf8'))
  const endpoints = Object.entries(group)
    .filter((each): each is [string, EndpointDefinition] => isDefinition(each[1]))
    .map(([name, definition]) => endpointText(name, definition, comments.get(name) ?? ''))
  return [`## ${file}\n`, ...endpoints].join('\n')
}

const isDefinition = (value: unknown): value is EndpointDefinition =>
  typeof value === 'object' && value !== null && 'method' in value && 'path' in value && 'response' in value

/** Doc comments by the name of the endpoint they stand above, on one line. */
const commentsIn = (source: string): ReadonlyMap<string, string> => {
  const found = source.matchAll(/\/\*\*((?:(?!\*\/)[^])*)\*\/\nexport const (\w+) = endpoint\(/g)
  return new Map(
    [...found].map(([, comment = '', name = '']) => [name, comment.replaceAll(/\s*\n?\s*\* ?|\s+/g, ' ').trim()]),
  )
}

const endpointText = (name: string, definition: EndpointDefinition, comment: string): string => {
  const link = /https:\/\/\S+$/.exec(comment)?.[0]
  const words = link === undefined ? comment : comment.slice(0, -link.length).trim()
  const types = [
    ['path', pathText(definition)],
    ['query', definition.query && schemaText(definition.query)],
    ['request headers', definition.requestHeaders && schemaText(definition.requestHeaders)],
    ['body', definition.body && schemaText(definition.body)],
    ['response headers', definition.responseHeaders && schemaText(definition.responseHeaders)],
    ['response', definition.bytesResponse ? undefined : schemaText(definition.response)],
  ] as const
  const shown = types.filter(([, type]) => type !== undefined).map(([part, type]) => `${part}: ${type}`)
  const block = shown.length === 0 ? '' : `\n\`\`\`text\n${shown.join('\n')}\n\`\`\`\n`
  const heading = link === undefined ? name : `[${name}](${link})`
  return `### ${heading}\n\n\`${definition.method} ${definition.path}\`\n\n${words}\n\n${traitsText(definition)}\n${block}`
}

/** The type of the path parameters; those without a schema are strings. */
const pathText = ({ path, pathParameters = {} }: EndpointDefinition): string | undefined => {
  const fields = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name = '']) => {
    const schema = pathParameters[name]
    return `${name}: ${schema === undefined ? 'string' : schemaText(schema)}`
  })
  return fields.length === 0 ? undefined : `{ ${fields.join('; ')} }`
}

const authWords: Readonly<Record<EndpointDefinition['auth'], string>> = {
  none: 'Needs no authentication',
  user: 'Needs an access token',
  'user?': 'An access token is optional',
  appservice: "Needs an application service's token",
  'X-Matrix': 'Needs a signed request of another server',
  hs_token: "Needs the homeserver's token",
  'is-token': "Needs an identity server's token",
}

const traitsText = (definition: EndpointDefinition): string => {
  const traits = [
    authWords[definition.auth],
    definition.guest && 'guests may call it',
    definition.rateLimited && 'rate-limited (429 with `Retry-After`)',
    definition.interactiveAuth && 'interactive authentication',
    definition.serverAcl && "subject to the room's server ACL",
    definition.bytesBody && 'the body is bytes',
    definition.formBody && 'the body is form fields',
    definition.bytesResponse && 'answers with bytes or a page',
    definition.since && `since ${definition.since}`,
    definition.deprecated && `deprecated since ${definition.deprecated}`,
    definition.routedBy && `answered by \`${definition.routedBy}\``,
  ]
  return `${traits.filter((trait) => typeof trait === 'string').join(' · ')}.`
}
