// Server discovery: every step of the specification as a table, and how long its answers are kept.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createDiscovery, type Resolver, type WellKnownAnswer } from './discovery.ts'
import { FederationError } from './federation-error.ts'
import type { SrvRecord } from './resolve-server.ts'
import { ManualClock } from './testing/manual-clock.ts'

interface World {
  readonly wellKnown?: Readonly<Record<string, string>>
  readonly srv?: Readonly<Record<string, readonly SrvRecord[]>>
  /** Names whose records cannot be looked up. */
  readonly failing?: Set<string>
  readonly overrides?: Readonly<Record<string, string>>
}

const record = (name: string, port: number, rest: Partial<SrvRecord> = {}): SrvRecord => ({
  name,
  port,
  priority: 10,
  weight: 0,
  ...rest,
})

function discover(world: World, clock = new ManualClock()) {
  const asked: string[] = []
  const answers: Record<string, WellKnownAnswer> = Object.fromEntries(
    Object.entries(world.wellKnown ?? {}).map(([host, server]) => [
      host,
      { kind: 'found', server, maxAgeMs: undefined } as const,
    ]),
  )
  const resolver: Resolver = {
    wellKnown: async (hostname) => {
      asked.push(`well-known ${hostname}`)
      return answers[hostname] ?? { kind: 'none' }
    },
    srv: async (name) => {
      asked.push(`srv ${name}`)
      if (world.failing?.has(name)) throw new Error('SERVFAIL')
      return world.srv?.[name] ?? []
    },
  }
  const discovery = createDiscovery({ environment: clock, resolver, overrides: world.overrides ?? {} })
  return { discovery, asked, answers, clock }
}

const at = (endpoint: string, hostHeader: string, certificateName: string) => {
  const colon = endpoint.lastIndexOf(':')
  return {
    endpoints: [{ host: endpoint.slice(0, colon), port: Number(endpoint.slice(colon + 1)) }],
    hostHeader,
    certificateName,
  }
}

type Row = readonly [step: string, serverName: string, world: World, expected: ReturnType<typeof at>]

const table: readonly Row[] = [
  ['1: an IPv4 literal', '1.2.3.4', {}, at('1.2.3.4:8448', '1.2.3.4', '1.2.3.4')],
  ['1: an IPv4 literal with a port', '1.2.3.4:5', {}, at('1.2.3.4:5', '1.2.3.4:5', '1.2.3.4')],
  ['1: an IPv6 literal', '[2001:db8::1]', {}, at('2001:db8::1:8448', '[2001:db8::1]', '2001:db8::1')],
  ['1: an IPv6 literal with a port', '[2001:db8::1]:5', {}, at('2001:db8::1:5', '[2001:db8::1]:5', '2001:db8::1')],
  [
    '2: an explicit port, where nothing is asked',
    'a.org:443',
    { wellKnown: { 'a.org': 'other.org' } },
    at('a.org:443', 'a.org:443', 'a.org'),
  ],
  [
    '3.1: delegated to an IP literal',
    'a.org',
    { wellKnown: { 'a.org': '1.2.3.4' } },
    at('1.2.3.4:8448', '1.2.3.4', '1.2.3.4'),
  ],
  ['3.1: with a port', 'a.org', { wellKnown: { 'a.org': '[::2]:9' } }, at('::2:9', '[::2]:9', '::2')],
  [
    '3.2: delegated with a port',
    'a.org',
    { wellKnown: { 'a.org': 'm.b.org:443' } },
    at('m.b.org:443', 'm.b.org:443', 'm.b.org'),
  ],
  [
    '3.3: delegated, with an SRV record',
    'a.org',
    { wellKnown: { 'a.org': 'b.org' }, srv: { '_matrix-fed._tcp.b.org': [record('srv.c.org', 7)] } },
    at('srv.c.org:7', 'b.org', 'b.org'),
  ],
  [
    '3.4: delegated, with a deprecated SRV record',
    'a.org',
    { wellKnown: { 'a.org': 'b.org' }, srv: { '_matrix._tcp.b.org': [record('srv.c.org.', 7)] } },
    at('srv.c.org:7', 'b.org', 'b.org'),
  ],
  ['3.5: delegated, without', 'a.org', { wellKnown: { 'a.org': 'b.org' } }, at('b.org:8448', 'b.org', 'b.org')],
  [
    '4: an SRV record',
    'a.org',
    { srv: { '_matrix-fed._tcp.a.org': [record('srv.c.org', 7)], '_matrix._tcp.a.org': [record('old.org', 8)] } },
    at('srv.c.org:7', 'a.org', 'a.org'),
  ],
  [
    '5: a deprecated SRV record',
    'a.org',
    { srv: { '_matrix._tcp.a.org': [record('old.org', 8)] } },
    at('old.org:8', 'a.org', 'a.org'),
  ],
  ['6: nothing', 'a.org', {}, at('a.org:8448', 'a.org', 'a.org')],
  ['6: whatever it is called', 'constructor', {}, at('constructor:8448', 'constructor', 'constructor')],
  [
    'an override, by the certificate of the server name',
    'a.org',
    { overrides: { 'a.org': '127.0.0.1:1234' }, wellKnown: { 'a.org': 'b.org' } },
    at('127.0.0.1:1234', 'a.org', 'a.org'),
  ],
]

describe('a server is found by', () => {
  for (const [step, serverName, world, expected] of table)
    test(step, async () => {
      assert.deepEqual(await discover(world).discovery.resolve(serverName), expected)
    })
})

describe('server discovery', () => {
  test('tries SRV targets by priority, and leaves none out', async () => {
    const records = [record('c', 3, { priority: 20 }), record('a', 1, { weight: 5 }), record('b', 2, { weight: 5 })]
    const { discovery } = discover({ srv: { '_matrix-fed._tcp.x.org': records } })
    const { endpoints } = await discovery.resolve('x.org')
    assert.deepEqual(endpoints.map(({ host }) => host).toSorted(), ['a', 'b', 'c'])
    assert.equal(endpoints.at(-1)?.host, 'c')
  })

  test('passes over an SRV record that names no server where another does', async () => {
    const srv = { '_matrix-fed._tcp.a.org': [record('.', 0, { priority: 1 }), record('b.org', 7, { priority: 2 })] }
    assert.deepEqual(await discover({ srv }).discovery.resolve('a.org'), at('b.org:7', 'a.org', 'a.org'))
  })

  test('believes an SRV record that says there is no server', async () => {
    const { discovery } = discover({ srv: { '_matrix-fed._tcp.x.org': [record('.', 0)] } })
    await assert.rejects(discovery.resolve('x.org'), FederationError)
  })

  for (const name of ['', 'a b', 'a.org:0', 'a.org:99999', '[::1', '[not-ip]', 'user@a.org', 'a.org/x'])
    test(`refuses ${JSON.stringify(name)}, which is no server name`, async () => {
      const { discovery, asked } = discover({})
      await assert.rejects(async () => discovery.resolve(name), FederationError)
      assert.deepEqual(asked, [])
    })

  test('refuses a delegation to what is no server name', async () => {
    await assert.rejects(discover({ wellKnown: { 'a.org': 'b.org:0' } }).discovery.resolve('a.org'), FederationError)
  })

  test('asks once for callers that come together', async () => {
    const { discovery, asked } = discover({ wellKnown: { 'a.org': 'b.org:1' } })
    await Promise.all([discovery.resolve('a.org'), discovery.resolve('a.org')])
    assert.deepEqual(asked, ['well-known a.org'])
  })

  test('keeps a delegation for 24 hours, and what SRV records say for minutes', async () => {
    const { discovery, asked, clock } = discover({ wellKnown: { 'a.org': 'b.org' } })
    const hour = 60 * 60 * 1000
    await discovery.resolve('a.org')
    clock.ms += 23 * hour
    await discovery.resolve('a.org')
    assert.deepEqual(asked.filter((each) => each.startsWith('well-known')).length, 1)
    assert.equal(asked.filter((each) => each === 'srv _matrix-fed._tcp.b.org').length, 2)
    clock.ms += 2 * hour
    await discovery.resolve('a.org')
    assert.equal(asked.filter((each) => each.startsWith('well-known')).length, 2)
  })

  test('keeps no delegation longer than 48 hours, and none shorter than minutes', async () => {
    const { discovery, asked, answers, clock } = discover({})
    answers['a.org'] = { kind: 'found', server: 'b.org:1', maxAgeMs: 1000 * 24 * 60 * 60 * 1000 }
    answers['b.org'] = { kind: 'found', server: 'c.org:1', maxAgeMs: 0 }
    await discovery.resolve('a.org')
    await discovery.resolve('b.org')
    await discovery.resolve('b.org')
    assert.equal(asked.length, 2)
    clock.ms += 49 * 60 * 60 * 1000
    await discovery.resolve('a.org')
    assert.equal(asked.length, 3)
  })

  test('asks a host without delegation again after ever longer, up to an hour', async () => {
    const { discovery, asked, clock } = discover({})
    const wellKnowns = () => asked.filter((each) => each === 'well-known a.org').length
    for (let day = 0; day < 24 * 60; day++) {
      await discovery.resolve('a.org')
      clock.ms += 60_000
    }
    assert.ok(wellKnowns() > 20 && wellKnowns() < 40, String(wellKnowns()))
  })

  test('goes on with a known delegation while its host cannot be asked, for 48 hours', async () => {
    const { discovery, answers, clock } = discover({ wellKnown: { 'a.org': 'b.org:1' } })
    await discovery.resolve('a.org')
    answers['a.org'] = { kind: 'failed' }
    clock.ms += 25 * 60 * 60 * 1000
    assert.equal((await discovery.resolve('a.org')).hostHeader, 'b.org:1')
    clock.ms += 24 * 60 * 60 * 1000
    assert.equal((await discovery.resolve('a.org')).hostHeader, 'a.org')
  })

  test('asks again once a server was not where it was thought to be', async () => {
    const { discovery, asked, clock } = discover({ wellKnown: { 'a.org': 'b.org:1' } })
    await discovery.resolve('a.org')
    clock.ms += 10 * 60 * 1000
    discovery.forget('a.org')
    await discovery.resolve('a.org')
    assert.equal(asked.length, 2)
  })

  test('takes records that cannot be looked up for no sign that there are none, and asks again soon', async () => {
    for (const name of ['_matrix-fed._tcp.a.org', '_matrix._tcp.a.org']) {
      const failing = new Set([name])
      const { discovery, asked, clock } = discover({ failing })
      const isUnreachable = (error: unknown) => error instanceof FederationError && error.kind === 'unreachable'
      await assert.rejects(discovery.resolve('a.org'), isUnreachable)
      failing.clear()
      const before = asked.length
      await assert.rejects(discovery.resolve('a.org'), isUnreachable)
      assert.equal(asked.length, before)
      clock.ms += 60_000
      assert.deepEqual(await discovery.resolve('a.org'), at('a.org:8448', 'a.org', 'a.org'))
    }
  })

  test('goes on with the records it knew while they cannot be looked up', async () => {
    const failing = new Set<string>()
    const { discovery, clock } = discover({ failing, srv: { '_matrix-fed._tcp.a.org': [record('b.org', 7)] } })
    const known = await discovery.resolve('a.org')
    failing.add('_matrix-fed._tcp.a.org')
    for (let n = 0; n < 3; n++) {
      clock.ms += 10 * 60_000
      assert.deepEqual(await discovery.resolve('a.org'), known)
    }
    discovery.forget('a.org')
    assert.deepEqual(await discovery.resolve('a.org'), known)
  })

  test('remembers no failed search', async () => {
    const { discovery, answers, clock } = discover({ wellKnown: { 'a.org': 'b.org:0' } })
    await assert.rejects(discovery.resolve('a.org'))
    answers['a.org'] = { kind: 'none' }
    clock.ms += 49 * 60 * 60 * 1000
    assert.equal((await discovery.resolve('a.org')).hostHeader, 'a.org')
  })
})
