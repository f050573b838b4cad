// Where settings come from and what a mistake says.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ConfigError, loadConfig } from './load.ts'

function withFile<T>(content: string, use: (path: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'myelin-config-'))
  try {
    const path = join(folder, 'myelin.yaml')
    writeFileSync(path, content)
    return use(path)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('a flag wins over a variable, a variable over the file, the file over the default', () => {
  withFile('serverName: from.file\nregistration: open\nlogLevel: warn\n', (file) => {
    const config = loadConfig({
      file,
      environment: { MYELIN_SERVER_NAME: 'from.variable', MYELIN_REGISTRATION: 'token' },
      flags: { serverName: 'from.flag' },
    })
    assert.deepEqual(
      [config.serverName, config.registration, config.logLevel, config.data],
      ['from.flag', 'token', 'warn', './data'],
    )
  })
})

test('nested keys, lists of one, and `off` in YAML mean what they look like', () => {
  withFile(
    'federation:\n  hostOverrides: { hs2: "127.0.0.1:9448" }\n  allowPrivateAddresses: true\nlisten: 127.0.0.1:1\nrateLimits: off\n',
    (file) => {
      const config = loadConfig({ file })
      assert.deepEqual(config['federation.hostOverrides'], { hs2: '127.0.0.1:9448' })
      assert.equal(config['federation.allowPrivateAddresses'], true)
      assert.deepEqual(config.listen, ['127.0.0.1:1'])
      assert.equal(config.rateLimits, 'off')
    },
  )
})

test('maps and booleans can be variables', () => {
  const config = loadConfig({
    environment: {
      MYELIN_FEDERATION_HOST_OVERRIDES: 'hs1=127.0.0.1:1,hs2=[::1]:2',
      MYELIN_FEDERATION_ALLOW_PRIVATE_ADDRESSES: 'true',
    },
  })
  assert.deepEqual(config['federation.hostOverrides'], { hs1: '127.0.0.1:1', hs2: '[::1]:2' })
  assert.equal(config['federation.allowPrivateAddresses'], true)
})

test('an unknown key names the nearest one', () => {
  withFile('server_name: x\n', (file) =>
    assert.throws(() => loadConfig({ file }), {
      name: 'ConfigError',
      message: /unknown setting 'server_name'. Did you mean 'serverName'/,
    }),
  )
})

test('a wrong value says what is expected', () => {
  assert.throws(() => loadConfig({ flags: { registration: 'sometimes' } }), /open\|token\|closed/)
  assert.throws(() => loadConfig({ flags: { listen: ['nowhere'] } }), ConfigError)
})

test('the shared secret is no key of the file, but a file of its own', () => {
  withFile('registrationSharedSecret: s\n', (file) => assert.throws(() => loadConfig({ file }), /secret/))
  withFile('  the secret\n', (secret) =>
    assert.equal(
      loadConfig({ flags: { registrationSharedSecretFile: secret } }).registrationSharedSecret,
      'the secret',
    ),
  )
})

test('the ci profile settles registration, guests and presence, and goes with nothing else', () => {
  const { registration, presence } = loadConfig({ flags: { profile: 'ci', registration: 'closed' } })
  assert.deepEqual([registration, presence], ['closed', 'off'])
  const contradiction = () => loadConfig({ flags: { profile: 'ci' }, environment: { MYELIN_REGISTRATION: 'open' } })
  assert.throws(contradiction, /registration: open does not go with profile: ci/)
})

test('a server name and a port must be what they claim', () => {
  const load = (flags: Record<string, unknown>) => () => loadConfig({ file: undefined, flags })
  for (const serverName of ['bad name!', 'a/b', 'a:b', ':8448'])
    assert.throws(load({ serverName }), new RegExp(`serverName: '${serverName}'`))
  for (const serverName of ['localhost', 'example.org:8448', '[::1]:8448', '192.0.2.1']) load({ serverName })()
  assert.throws(load({ listen: ['127.0.0.1:65536'] }), ConfigError)
  load({ listen: ['127.0.0.1:65535'] })()
})
