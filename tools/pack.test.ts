// The packed libraries in an empty project: they install, type-check and run, and the README's examples do what they say.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { packPackage } from './pack.ts'

const root = join(import.meta.dirname, '..')
const project = mkdtempSync(join(tmpdir(), 'myelin-pack-'))
const modules = join(project, 'node_modules')

const install = async (name: string): Promise<void> => {
  const tarball = await packPackage(name, project)
  execFileSync('tar', ['-xzf', tarball, '-C', project])
  cpSync(join(project, 'package'), join(modules, '@myelin', name), { recursive: true })
  rmSync(join(project, 'package'), { recursive: true })
}

const writeExamples = (): readonly string[] => {
  const readme = readFileSync(join(root, 'packages/protocol/README.md'), 'utf8')
  const examples = [...readme.matchAll(/<!-- example: (\S+) -->\s+```ts\n(.*?)```/gs)]
  for (const [, name = '', code = ''] of examples) writeFileSync(join(project, name), code)
  const algorithms = readFileSync(join(root, 'packages/algorithms/README.md'), 'utf8').matchAll(/```ts\n(.*?)```/gs)
  for (const [index, [, code = '']] of [...algorithms].entries())
    writeFileSync(join(project, `algorithms-${index + 1}.ts`), code)
  return examples.map(([, name = '']) => name)
}

const example = (name: string) => import(pathToFileURL(join(project, name)).href)

const packed = (path: string) => import(pathToFileURL(join(modules, '@myelin', path)).href)

before(async () => {
  mkdirSync(modules)
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }')
  for (const name of ['protocol', 'algorithms']) await install(name)
  for (const name of ['typebox', 'sodium-native', '@types'])
    symlinkSync(join(root, 'node_modules', name), join(modules, name), 'dir')
})
after(() => rmSync(project, { recursive: true, force: true }))

test('the README has its three examples, and they type-check in a project that has only the packages', () => {
  assert.deepEqual(writeExamples(), ['send-a-message.ts', 'verify-a-request.ts', 'define-an-endpoint.ts'])
  const environment = { module: 'nodenext', target: 'es2024', lib: ['esnext'], types: ['node'] }
  const compilerOptions = { ...environment, strict: true, noEmit: true, skipLibCheck: true }
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', project], { stdio: 'inherit' })
})

test('the first example sends a message', async () => {
  const seen: string[] = []
  const server = createServer((request, response) => {
    request
      .setEncoding('utf8')
      .on('data', (body: string) => seen.push(`${request.method} ${request.headers.authorization} ${body}`))
    request.on('end', () => response.end('{"event_id":"$sent"}'))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const { say } = await example('send-a-message.ts')
  assert.equal(await say(`http://127.0.0.1:${port}`, 'token', '!r:a.b', 'Hello'), '$sent')
  assert.deepEqual(seen, ['PUT Bearer token {"msgtype":"m.text","body":"Hello"}'])
  server.closeAllConnections()
  server.close()
})

test('the second example accepts a signed request and refuses one that was changed', async () => {
  const { signingKeyFromSeed } = await packed('algorithms/signing-key.js')
  const { xMatrixHeader } = await packed('algorithms/x-matrix.js')
  const { encodeBase64 } = await packed('algorithms/base64.js')
  const key = signingKeyFromSeed('ed25519:1', new Uint8Array(32).fill(7))
  const keys = {
    server_name: 'a.b',
    verify_keys: { 'ed25519:1': { key: encodeBase64(key.publicKey) } },
    signatures: {},
    valid_until_ts: 0,
  }
  const server = createServer((_request, response) => response.end(JSON.stringify(keys))).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const request = { method: 'PUT', uri: '/_matrix/federation/v1/send/1', content: { pdus: [] } }
  const authorization = xMatrixHeader({ ...request, origin: 'a.b', destination: 'c.d' }, key)
  const { senderOf } = await example('verify-a-request.ts')
  const ask = (arrived: object, destination = 'c.d') =>
    senderOf({ ...request, authorization, ...arrived }, destination, () => `http://127.0.0.1:${port}`)
  assert.equal(await ask({}), 'a.b')
  assert.equal(await ask({ content: { pdus: [1] } }), undefined)
  assert.equal(await ask({ method: 'POST' }), undefined)
  assert.equal(await ask({}, 'e.f'), undefined)
  assert.equal(await ask({ authorization: 'Bearer x' }), undefined)
  server.closeAllConnections()
  server.close()
})

test('the first example of the algorithms makes an event that is allowed', () => {
  const said = execFileSync(process.execPath, [join(project, 'algorithms-1.ts')], { encoding: 'utf8' })
  assert.match(said, /^\{"auth_events":\[\],.* is allowed$/m)
})

test('the third example defines, serves and calls an endpoint', async () => {
  const { call } = await example('define-an-endpoint.ts')
  assert.equal(await call(), 'Hello, @alice:example.org, says somebody')
})

test('the protocol library imports nothing that a browser lacks', () => {
  const folder = join(modules, '@myelin/protocol')
  const files = globSync('**/*.js', { cwd: folder }).filter((file) => !file.startsWith('node/'))
  assert.ok(files.length > 100)
  const foreign = files.flatMap((file) =>
    [...readFileSync(join(folder, file), 'utf8').matchAll(/^(?:import|export) .*?from '([^'.][^']*)'/gms)]
      .map(([, name = '']) => name)
      .filter((name) => name !== 'typebox' && !name.startsWith('typebox/')),
  )
  assert.deepEqual(foreign, [])
})

test('in Node the whole protocol library is two files behind the names of its modules', async () => {
  const folder = join(modules, '@myelin/protocol')
  const names = globSync('**/*.js', { cwd: folder }).filter((file) => !file.startsWith('node/'))
  assert.deepEqual(globSync('chunks/*.js', { cwd: join(folder, 'node') }).toSorted(), [
    'chunks/library.js',
    'chunks/rolldown-runtime.js',
    'chunks/typebox.js',
  ])
  for (const name of names) {
    const [plain, bundled] = await Promise.all([packed(`protocol/${name}`), packed(`protocol/node/${name}`)])
    assert.deepEqual(Object.keys(bundled).toSorted(), Object.keys(plain).toSorted(), name)
  }
})

test('no declaration of the libraries says any', () => {
  for (const name of ['protocol', 'algorithms']) {
    const folder = join(modules, '@myelin', name)
    for (const file of globSync('**/*.d.ts', { cwd: folder })) {
      const code = readFileSync(join(folder, file), 'utf8').replaceAll(/\/\*[^]*?\*\/|\/\/.*$/gm, '')
      assert.doesNotMatch(code, /[:<|&,(=]\s*any\b|\bany(?:\[\]|>)/, `${name}/${file}`)
    }
  }
})
