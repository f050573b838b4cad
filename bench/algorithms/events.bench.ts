// CPU time of what every event costs: canonical JSON, hashes, signatures, authorisation, push rules.
// node bench/algorithms/events.bench.ts
import { authorize } from '../../packages/algorithms/src/auth.ts'
import { buildEvent } from '../../packages/algorithms/src/build-event.ts'
import { canonicalJson } from '../../packages/algorithms/src/canonical-json.ts'
import { backends, verifyEd25519 } from '../../packages/algorithms/src/ed25519.ts'
import { type AuthEvent, authEventOf } from '../../packages/algorithms/src/event.ts'
import { compileGlob, matchesWords } from '../../packages/algorithms/src/glob.ts'
import { eventIdOf, hashMatches } from '../../packages/algorithms/src/hashes.ts'
import { defaultPushRules, evaluate } from '../../packages/algorithms/src/push-rules.ts'
import { powerLevels } from '../../packages/algorithms/src/power-levels.ts'
import { readPdu, verifyReceived } from '../../packages/algorithms/src/received-pdu.ts'
import { redact } from '../../packages/algorithms/src/redaction.ts'
import { roomVersion } from '../../packages/algorithms/src/room-version.ts'
import { signingKeyFromSeed, verifyEvent } from '../../packages/algorithms/src/signatures.ts'
import { cpuTimeMs, type Figure, printFigures } from './cpu-time.ts'

const rules = roomVersion('12')
if (rules === undefined) throw new Error('room version 12 is unknown')
const sender = '@alice:example.org'
const signer = { serverName: 'example.org', key: signingKeyFromSeed('ed25519:bench', Buffer.alloc(32, 1)) }
const id = (name: string) => `$${name.padEnd(43, 'x')}`
const body = 'Shall we meet at the usual place, or would you rather try the new one? '.repeat(4)
const message = {
  type: 'm.room.message',
  sender,
  room_id: `!${'r'.repeat(43)}`,
  content: { msgtype: 'm.text', body, 'm.mentions': { user_ids: ['@bob:example.org'] } },
  origin_server_ts: 1_700_000_000_000,
  depth: 1234,
  prev_events: [id('a')],
  auth_events: [id('b'), id('c')],
}
const built = buildEvent(message, rules, signer)
const { json } = built

const event = (type: string, stateKey: string, content: AuthEvent['content']): AuthEvent => ({
  eventId: `$${message.room_id.slice(1)}`,
  roomId: message.room_id,
  type,
  stateKey,
  sender,
  content,
  prevEvents: [],
})
const state = new Map([
  ['m.room.create', event('m.room.create', '', { room_version: '12' })],
  ['m.room.power_levels', event('m.room.power_levels', '', { users: { '@bob:example.org': 50 } })],
  [`m.room.member${sender}`, event('m.room.member', sender, { membership: 'join' })],
])
const lookup = (type: string, stateKey: string) => state.get(type + stateKey)
const view = authEventOf(built.pdu, rules, built.eventId)

const levels = powerLevels({}, { rules, creators: [sender] })
const pushContext = { userId: '@bob:example.org', roomId: message.room_id, memberCount: 9, levels }
const ruleset = defaultPushRules('@bob:example.org')
const glob = compileGlob('usual*new')

/** Everything done with an event that arrives, but for the signature. */
const receive = () => {
  const received = readPdu(JSON.parse(json), rules)
  if (received.pdu === undefined || received.isRedacted) throw new Error('the event is refused')
  return received
}
const receiveSigned = (): void => {
  if (!verifyReceived(receive(), key)) throw new Error('the signature is wrong')
}

const publicKey = signer.key.publicKey
const key = { entity: 'example.org', keyId: 'ed25519:bench', publicKey }
const text = Buffer.from(json)
const signature = Buffer.from(signer.key.sign(text), 'base64')
const perCall = { calls: 2000 }

const figures: Figure[] = [
  { name: 'canonical JSON, in order already', ms: cpuTimeMs(() => canonicalJson(built.pdu.content), perCall) },
  { name: 'canonical JSON of a parsed event', ms: cpuTimeMs(() => canonicalJson(JSON.parse(json)), perCall) },
  { name: 'redact', ms: cpuTimeMs(() => redact(built.pdu, rules), perCall) },
  { name: 'content hash checked', ms: cpuTimeMs(() => hashMatches(built.pdu), perCall) },
  { name: 'event id', ms: cpuTimeMs(() => eventIdOf(built.pdu, rules), perCall) },
  { name: 'build: hash, sign, id', ms: cpuTimeMs(() => buildEvent(message, rules, signer), perCall), goalMs: 0.045 },
  { name: 'receive: parse, format, hash, id', ms: cpuTimeMs(receive, perCall), goalMs: 0.15 },
  { name: 'receive: parse, format, hash, id, signature', ms: cpuTimeMs(receiveSigned, perCall) },
  { name: 'verify an event', ms: cpuTimeMs(() => verifyEvent(built.pdu, rules, key), perCall) },
  { name: 'authorise a message', ms: cpuTimeMs(() => authorize(view, lookup, rules), { calls: 20_000 }) },
  { name: 'default push rules', ms: cpuTimeMs(() => evaluate(ruleset, built.pdu, pushContext), { calls: 20_000 }) },
  { name: 'glob among words', ms: cpuTimeMs(() => matchesWords(glob, body), { calls: 20_000 }) },
  ...backends.flatMap((backend): Figure[] => {
    const { sign } = backend.signer(Buffer.alloc(32, 1))
    return [
      { name: `sign by ${backend.name}`, ms: cpuTimeMs(() => sign(text), perCall) },
      {
        name: `verify by ${backend.name}`,
        ms: cpuTimeMs(() => verifyEd25519(text, signature, publicKey, backend), perCall),
      },
    ]
  }),
]

console.log(`An event of ${json.length} bytes.`)
process.exitCode = printFigures(figures) ? 0 : 1
