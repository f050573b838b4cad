// Style as a test: what style.md says and a machine can see. Order of imports, sizes, names, headers, secrets of the trade.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { describe, test } from 'node:test'
import { parseSync } from 'oxc-parser'
import { clientServerGroups } from '@myelin/protocol/client-server/groups'
import { serverServerGroups } from '@myelin/protocol/server-server/groups'
import { clientHandlers } from '@myelin/server/endpoints/client/handlers'
import { federationHandlers } from '@myelin/server/endpoints/federation/handlers'
import { referencePages } from './reference-pages.ts'

const root = join(import.meta.dirname, '..')
const linesPerFileMax = 500
const linesPerFunctionMax = 70
const bannedNames = /^(utils?|helpers?|common|misc|core|managers?|index)(\.ts)?$/

/** A folder imports only itself and what stands to its left. */
const serverOrder = [
  ...[
    'limits',
    'federation-limits',
    'version',
    'threads',
    'environment',
    'config',
    'http',
    'store',
    'federation',
    'rooms',
    'media',
    'encryption',
  ],
  ...[
    'ephemeral',
    'push',
    'accounts',
    'appservices',
    'webhooks',
    'sync',
    'ledger',
    'endpoints',
    'server',
    'cli',
    'main',
  ],
]
/** What a package may import of the others. */
const packageImports: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  algorithms: ['protocol'],
  server: ['protocol', 'algorithms', 'notifier'],
  notifier: ['protocol'],
  console: ['protocol'],
}

interface SourceFile {
  readonly path: string
  readonly text: string
  readonly imports: readonly string[]
  readonly functions: readonly { readonly name: string; readonly lines: number }[]
}

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts'], {
  cwd: root,
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  .filter((path) => existsSync(join(root, path)))
  .map(read)

function read(path: string): SourceFile {
  const text = readFileSync(join(root, path), 'utf8')
  const { module, program } = parseSync(path, text)
  const imports = [
    ...module.staticImports.map((each) => each.moduleRequest.value),
    ...module.staticExports.flatMap((each) => each.entries.flatMap((entry) => entry.moduleRequest?.value ?? [])),
  ]
  return { path, text, imports, functions: functionsOf(program, text) }
}

function functionsOf(node: unknown, text: string): SourceFile['functions'] {
  const found: { name: string; lines: number }[] = []
  walk(node, (each) => {
    if (!/^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(each.type)) return
    const source = text.slice(each.start, each.end)
    found.push({ name: source.slice(0, 60).split('\n')[0]!, lines: source.split('\n').length })
  })
  return found
}

interface SyntaxNode {
  readonly type: string
  readonly start: number
  readonly end: number
}

function walk(node: unknown, visit: (node: SyntaxNode) => void): void {
  if (Array.isArray(node)) for (const each of node) walk(each, visit)
  else if (typeof node === 'object' && node !== null) {
    if ('type' in node && 'start' in node) visit(node as SyntaxNode)
    for (const [key, value] of Object.entries(node)) if (key !== 'parent') walk(value, visit)
  }
}

const sources = files.filter(({ path }) => path.startsWith('packages/'))
const isTest = ({ path }: SourceFile) => /\.test\.ts$|\/testing\/|\.reference\.ts$/.test(path)
const complain = (problems: readonly string[]) => assert.deepEqual(problems, [])

describe('the tree', () => {
  test('a file has at most 500 lines', () => {
    complain(files.filter(({ text }) => text.split('\n').length > linesPerFileMax).map(({ path }) => path))
  })

  test('a function has at most 70 lines', () => {
    complain(
      sources
        .filter((file) => !isTest(file))
        .flatMap(({ path, functions }) =>
          functions
            .filter(({ lines }) => lines > linesPerFunctionMax)
            .map(({ name, lines }) => `${path}: ${name} (${lines})`),
        ),
    )
  })

  test('a file opens with a comment on what it is', () => {
    complain(files.filter(({ text }) => !/^(#!.*\n)?(\/\/|\/\*)/.test(text)).map(({ path }) => path))
  })

  test('nothing is called utils, helpers, common, misc, core, manager or index', () => {
    complain(files.filter(({ path }) => path.split('/').some((part) => bannedNames.test(part))).map(({ path }) => path))
  })

  test('nothing is left to do or switched off', () => {
    const marks = /\b(TODO|FIXME|XXX)\b|@ts-(ignore|nocheck)|\b(test|it|describe)\.(only|skip|todo)\(/
    complain(
      files.filter(({ path, text }) => marks.test(text) && path !== 'tools/tidy.test.ts').map(({ path }) => path),
    )
  })

  test('room versions are compared in one place', () => {
    const comparison = /(roomVersion|room_version|version)\s*(===|!==|[<>]=?)\s*'(1[0-2]?|[2-9])'/
    complain(
      sources
        .filter((file) => !isTest(file) && !file.path.endsWith('room-version.ts') && comparison.test(file.text))
        .map(({ path }) => path),
    )
  })

  test('SQL stands in the store alone', () => {
    complain(
      sources
        .filter(
          (file) =>
            !isTest(file) &&
            file.path.startsWith('packages/server/') &&
            !file.path.includes('/store/') &&
            /\bsql`/.test(file.text),
        )
        .map(({ path }) => path),
    )
  })
})

describe('imports', () => {
  test('a package imports only the packages it may', () => {
    complain(
      sources.flatMap(({ path, imports }) => {
        const own = path.split('/')[1]!
        return imports.flatMap((each) => {
          const other = /^@myelin\/([^/]+)/.exec(each)?.[1]
          return other !== undefined && !packageImports[own]?.includes(other) ? [`${path} imports ${each}`] : []
        })
      }),
    )
  })

  test('a folder of the server imports only itself and what stands to its left', () => {
    const rank = (path: string) => serverOrder.indexOf(path.split('/')[0]!.replace(/\.ts$/, ''))
    const base = 'packages/server/src'
    complain(
      sources
        .filter((file) => file.path.startsWith(base) && !isTest(file) && !file.path.includes('/endpoints/handlers.ts'))
        .flatMap(({ path, imports }) =>
          imports
            .filter((each) => each.startsWith('.'))
            .map((each) => relative(base, normalize(join(dirname(path), each))))
            .filter((target) => !target.startsWith('..') && rank(target) > rank(relative(base, path)))
            .map((target) => `${path} imports ${target}`),
        ),
    )
  })

  test('every folder of the server has its place in the order', () => {
    const base = 'packages/server/src/'
    const folders = new Set(
      sources
        .filter(({ path }) => path.startsWith(base))
        .map(({ path }) => path.slice(base.length).split('/')[0]!.replace(/\.ts$/, '')),
    )
    complain([...folders].filter((folder) => !serverOrder.includes(folder) && !/\.test$|^testing$/.test(folder)))
  })
})

test('the reference pages are what the definitions say (npm run docs)', () => {
  complain(
    referencePages().flatMap(({ path, text }) => (readFileSync(join(root, path), 'utf8') === text ? [] : [path])),
  )
})

test('every operation of the client-server API has a handler or stands in docs/unsupported.md', () => {
  const reasons = readFileSync(join(root, 'docs/unsupported.md'), 'utf8')
  const operations = Object.values(clientServerGroups).flatMap((group) => Object.entries<object>(group))
  const handled = new Set(Object.values(clientHandlers).flatMap((handlers) => Object.keys(handlers)))
  const isServed = ([name, definition]: (typeof operations)[number]) =>
    handled.has('routedBy' in definition ? String(definition.routedBy) : name)
  const isListed = ([name]: (typeof operations)[number]) => reasons.includes(`\`${name}\``)
  const endpoints = operations.filter(([, definition]) => 'method' in definition && 'path' in definition)
  complain(endpoints.filter((each) => isServed(each) === isListed(each)).map(([name]) => name))
})

/** Operations between servers that this server answers and never asks for, and why. */
const onlyAnswered: Readonly<Record<string, string>> = {
  perspectivesKeyQuery: 'the POST form asks for the same',
  getServerKeyById: 'replaced by getServerKey in v1.6',
  sendJoinV1: 'replaced by version 2, which every server has',
  sendLeaveV1: 'replaced by version 2, which every server has',
  askPolicyServerToSignMsc4284: 'the unstable name of askPolicyServerToSign',
  exchangeOpenIdToken: 'asked by services to which a user identifies',
  onBindThirdPartyIdentifier: 'asked by identity servers',
  postThirdPartyIdentifierBound: 'asked by identity servers',
  queryInfo: 'stands for the queries of their own names',
  getPublicRooms: 'the POST form asks for the same',
  getVersion: 'asked by people who look after servers',
  getWellKnown: 'asked by URL, before the server is known (well-known.ts)',
}

describe('every operation of the server-server API', () => {
  const reasons = readFileSync(join(root, 'docs/unsupported.md'), 'utf8')
  const operations = Object.values(serverServerGroups)
    .flatMap((group) => Object.entries<object>(group))
    .flatMap(([name, definition]) => ('method' in definition && 'path' in definition ? [name] : []))
  const handled = new Set(Object.values(federationHandlers).flatMap((handlers) => Object.keys(handlers)))

  test('has a handler or stands in docs/unsupported.md', () => {
    const isListed = (name: string) => reasons.includes(`\`${name}\``)
    complain(operations.filter((name) => handled.has(name) === isListed(name)))
  })

  test('is called where a homeserver calls it', () => {
    const callers = files.filter(
      (file) =>
        /^packages\/server\/src\/(?!endpoints\/)/.test(file.path) &&
        !isTest(file) &&
        file.imports.some((each) => each.startsWith('@myelin/protocol/server-server/')),
    )
    const isCalled = (name: string) => callers.some(({ text }) => new RegExp(`\\b${name}\\b`).test(text))
    complain(operations.filter((name) => isCalled(name) === name in onlyAnswered))
  })
})
