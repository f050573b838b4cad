// `npm run bench -- SCENARIO [--base-url URL]`: measures any homeserver by its public APIs alone. Without a base URL it
// starts a Myelin of its own, once per durability mode.
import { parseArgs } from 'node:util'
import { calibrate } from './calibrate.ts'
import { serverKinds, startOwnServer, type OwnServer, type ServerKind } from './own-server.ts'
import { ledger, ledgerTable } from './scenarios/ledger.ts'
import { s13, s13Table } from './scenarios/s13.ts'
import { s2, s2Table } from './scenarios/s2.ts'
import { s4, s4Table } from './scenarios/s4.ts'
import { s7, s7Table } from './scenarios/s7.ts'
import { s8, s8Table } from './scenarios/s8.ts'
import { s9, s9Table } from './scenarios/s9.ts'

const usage = `npm run bench -- SCENARIO [options]

  s2            one room, many senders
  s4            a CI client posts 128 messages: the nine cases of ocaml-matrix's benchmark
  s7            joining a big room of other servers (not with --base-url)
  s8            events of other servers, in one room and in many (not with --base-url)
  s9            forks of other servers and the event that joins them (not with --base-url)
  s13           the first answer after a start, and memory at rest, under load and at rest again (not with --base-url)
  ledger        one room, many senders, with a ledger and without one in turn (its own servers only)
  calibrate     only what the machine can do
  state         state versions, auth difference, resolution: the algorithms alone, CPU time
  events        hashes, signatures, authorisation, push rules: the algorithms alone, CPU time
  import        the published protocol library, CPU time

  --base-url URL      measure this homeserver (open registration, or BENCH_REGISTRATION_SHARED_SECRET)
  --server myelin     or synapse, not for s7 and s8: the server that is started and measured, where there is no base URL
  --senders 1,16,64   numbers of senders, one run each
  --messages 20000    messages per run
  --room-version 10   version of the rooms that are made
  --members 10000     members of the big room, one run each
  --events 5          events of each member
  --runs 5            runs of each case of s4 and ledger and starts of s13, of which the median counts
  --idle 60           seconds s13 leaves the server alone after its start; twice as long after load
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'base-url': { type: 'string' },
    server: { type: 'string', default: 'myelin' },
    senders: { type: 'string', default: '1,16,64' },
    messages: { type: 'string', default: '20000' },
    'room-version': { type: 'string', default: '10' },
    members: { type: 'string', default: '10000' },
    events: { type: 'string', default: '5' },
    runs: { type: 'string', default: '5' },
    idle: { type: 'string', default: '60' },
    help: { type: 'boolean' },
  },
})

/** Scenarios that need no server: each is a program of its own. */
const programs: Readonly<Record<string, () => Promise<unknown>>> = {
  state: () => import('./algorithms/state.bench.ts'),
  events: () => import('./algorithms/events.bench.ts'),
  import: () => import('./protocol/import.bench.ts'),
}

const [scenario = ''] = positionals
const kind = serverKinds.find((each) => each === values.server)
const program = programs[scenario]
if (
  values.help ||
  !kind ||
  (kind === 'synapse' && ['s7', 's8'].includes(scenario)) || // it asks the synthetic servers for more than they have
  (!['s2', 's4', 's7', 's8', 's9', 's13', 'ledger', 'calibrate'].includes(scenario) && !program)
) {
  console.log(usage)
  process.exit(values.help ? 0 : 2)
}

if (program) await program()
else {
  console.log(`${await calibrate()}\n`)
  if (scenario === 's2') await runS2()
  if (scenario === 's4') await runS4()
  if (scenario === 'ledger') await runLedger()
  if (scenario === 's13') await runS13(kind)
  if (scenario === 's8') console.log(s8Table(await s8(kind)))
  if (scenario === 's9')
    for (const members of values.members.split(',').map(Number))
      for await (const result of s9(members, kind)) console.log(s9Table([result]))
  if (scenario === 's7')
    for (const members of values.members.split(',').map(Number)) {
      const size = { members, events: members * Number(values.events) }
      console.log(`${members} members on 200 servers, ${size.events} events`)
      console.log(`${s7Table(await s7(size, kind))}\n`)
    }
}

async function runS2(): Promise<void> {
  const options = {
    senders: values.senders.split(',').map(Number),
    messages: Number(values.messages),
    roomVersion: values['room-version'],
  }
  if (values['base-url'] !== undefined)
    return console.log(s2Table(await s2({ ...options, baseUrl: values['base-url'] })))
  for await (const [title, server] of ownServers()) {
    const idleMb = server.residentMb()
    const results = await s2({ ...options, baseUrl: server.baseUrl })
    const sent = options.senders.length * (options.messages + Math.min(2000, options.messages))
    console.log(title)
    console.log(s2Table(results))
    console.log(
      `first answer after ${server.startedInMs.toFixed(0)} ms · ${idleMb.toFixed(0)} MB idle, ${server.residentMb().toFixed(0)} MB after · ` +
        `${((server.cpuSeconds() / sent) * 1e6).toFixed(0)} µs of processor time per message\n`,
    )
  }
}

async function runS13(server: ServerKind): Promise<void> {
  const sizes = { starts: Number(values.runs), idleSeconds: Number(values.idle), messages: Number(values.messages) }
  console.log(s13Table(await s13({ kind: server, ...sizes })))
}

async function runS4(): Promise<void> {
  const runs = Number(values.runs)
  if (values['base-url'] !== undefined) return console.log(s4Table(await s4({ baseUrl: values['base-url'], runs })))
  for await (const [title, server] of ownServers()) {
    console.log(title)
    console.log(`${s4Table(await s4({ baseUrl: server.baseUrl, runs }))}\n`)
  }
}

async function runLedger(): Promise<void> {
  const senders = Math.max(...values.senders.split(',').map(Number))
  console.log(ledgerTable(await ledger({ senders, messages: Number(values.messages), runs: Number(values.runs) })))
}

/** One after the other, each ended when the next is asked for. */
async function* ownServers(): AsyncGenerator<readonly [title: string, server: OwnServer], void> {
  if (kind === 'synapse') {
    await using server = await startOwnServer({ kind })
    yield ['synapse', server]
    return
  }
  for (const durability of ['power', 'process'] as const) {
    await using server = await startOwnServer({ durability })
    yield [`durability: ${durability}`, server]
  }
}
