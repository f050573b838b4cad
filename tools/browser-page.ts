// The packed libraries as strangers get them: installed by npm in an empty project, where the README's examples run in Node
// and, built by Vite, in a page of a real browser. `npm run test:browser` needs the npm registry and Debian's chromium
// (or BROWSER=path of another one of its kind), which is why it is no part of `npm test`.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { packPackage } from './pack.ts'

const root = join(import.meta.dirname, '..')
const project = mkdtempSync(join(tmpdir(), 'myelin-page-'))
const browser = process.env['BROWSER'] ?? '/usr/bin/chromium'
const tools = ['vite@8.3.8', 'playwright-core@1.65.1', 'typescript@7.0.2', '@types/node@26']
const page = 'page.ts'

interface Page {
  goto(url: string): Promise<unknown>
  waitForFunction(code: string): Promise<{ jsonValue(): Promise<unknown> }>
  on(event: 'pageerror', listener: (error: Error) => void): void
}
interface Playwright {
  readonly chromium: {
    launch(options: object): Promise<{ newPage(): Promise<Page>; close(): Promise<void> }>
  }
}

const run = (command: string, ...args: readonly string[]): void => {
  execFileSync(command, args, { cwd: project, stdio: ['ignore', 'ignore', 'inherit'] })
}

const write = (name: string, text: string): void => writeFileSync(join(project, name), text)

const writeExamples = (): void => {
  const readme = readFileSync(join(root, 'packages/protocol/README.md'), 'utf8')
  for (const [, name = '', code = ''] of readme.matchAll(/<!-- example: (\S+) -->\s+```ts\n(.*?)```/gs))
    write(name, code)
}

before(async () => {
  write('package.json', '{ "type": "module", "private": true }')
  const tarballs = [await packPackage('protocol', project), await packPackage('algorithms', project)]
  run('npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts', ...tarballs, ...tools)
  writeExamples()
})
after(() => rmSync(project, { recursive: true, force: true }))

test('npm installs the tarballs in an empty project, and what came runs in Node', () => {
  write('node.ts', `import { call } from './define-an-endpoint.ts'\nimport './verify-a-request.ts'\nawait call()\n`)
  run(process.execPath, 'node.ts')
  const options = ['--module', 'nodenext', '--target', 'es2024', '--lib', 'esnext,dom', '--types', 'node', '--strict']
  run('node_modules/.bin/tsc', '--noEmit', '--allowImportingTsExtensions', ...options, 'node.ts', 'send-a-message.ts')
})

test('in a page built by Vite a message is sent and an endpoint of one’s own is called', async () => {
  write('index.html', `<!doctype html><title>page</title><script type="module" src="/${page}"></script>`)
  write(
    page,
    `import { say } from './send-a-message.ts'
    import { call } from './define-an-endpoint.ts'
    const outcome = Promise.all([say(location.origin, 'token', '!r:a.b', 'Hello'), call()])
    Object.assign(window, { outcome: await outcome.catch(String) })`,
  )
  run('node_modules/.bin/vite', 'build', '--logLevel', 'warn', '--target', 'esnext')
  const server = createServer(serve).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const { chromium } = createRequire(join(project, 'package.json'))('playwright-core') as Playwright
  const instance = await chromium.launch({ executablePath: browser, args: ['--no-sandbox'] })
  try {
    const tab = await instance.newPage()
    tab.on('pageerror', (error) => console.error(error))
    await tab.goto(`http://127.0.0.1:${port}/`)
    const outcome = await (await tab.waitForFunction('window.outcome')).jsonValue()
    assert.deepEqual(outcome, ['$sent', 'Hello, @alice:example.org, says somebody'])
    assert.deepEqual(sent, ['PUT Bearer token {"msgtype":"m.text","body":"Hello"}'])
  } finally {
    await instance.close()
    server.closeAllConnections()
    server.close()
  }
  console.log(`The page's script has ${Math.round(scriptBytes() / 1024)} kB.`)
})

const sent: string[] = []
const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' }

/** The built page, and a homeserver that takes one kind of request. */
function serve(request: IncomingMessage, response: ServerResponse): void {
  const path = request.url === '/' ? '/index.html' : (request.url ?? '')
  if (!path.startsWith('/_matrix')) {
    const file = join(project, 'dist', path)
    const found = statSync(file, { throwIfNoEntry: false })?.isFile() === true
    response.writeHead(found ? 200 : 404, { 'content-type': types[extname(file)] ?? 'application/octet-stream' })
    response.end(found ? readFileSync(file) : '')
    return
  }
  request.setEncoding('utf8').on('data', (body: string) => {
    sent.push(`${request.method} ${request.headers.authorization} ${body}`)
  })
  request.on('end', () => response.end('{"event_id":"$sent"}'))
}

function scriptBytes(): number {
  const assets = join(project, 'dist/assets')
  return readdirSync(assets).reduce((bytes, name) => bytes + statSync(join(assets, name)).size, 0)
}
