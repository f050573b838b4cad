// What the fuzzer starts from: requests and event contents of every kind, written for this purpose.
import * as accountData from '../../packages/protocol/src/client-server/account-data.ts'
import * as createRoom from '../../packages/protocol/src/client-server/create_room.ts'
import * as filter from '../../packages/protocol/src/client-server/filter.ts'
import * as inviting from '../../packages/protocol/src/client-server/inviting.ts'
import * as joining from '../../packages/protocol/src/client-server/joining.ts'
import * as keys from '../../packages/protocol/src/client-server/keys.ts'
import * as login from '../../packages/protocol/src/client-server/login.ts'
import * as messagePagination from '../../packages/protocol/src/client-server/message_pagination.ts'
import * as pushrules from '../../packages/protocol/src/client-server/pushrules.ts'
import * as registration from '../../packages/protocol/src/client-server/registration.ts'
import * as roomSend from '../../packages/protocol/src/client-server/room_send.ts'
import * as search from '../../packages/protocol/src/client-server/search.ts'
import * as sync from '../../packages/protocol/src/client-server/sync.ts'
import * as toDevice from '../../packages/protocol/src/client-server/to_device.ts'
import type { EndpointDefinition } from '../../packages/protocol/src/endpoint.ts'
import { eduDefinitions, eventDefinitions } from '../../packages/protocol/src/events/groups.ts'
import { PduV1, PduV11, PduV12 } from '../../packages/protocol/src/events/pdu.ts'
import type { TSchema } from 'typebox'

/** A request that is right: raw path, query and body. */
export interface RequestExample {
  readonly definition: EndpointDefinition
  readonly path: string
  readonly query: string
  readonly body: unknown
}

const room = '!tea:garden.example'
const rooms = '/_matrix/client/v3/rooms/%21tea%3Agarden.example'

export const requestExamples: readonly RequestExample[] = [
  {
    definition: login.login,
    path: '/_matrix/client/v3/login',
    query: '',
    body: { type: 'm.login.password', identifier: { type: 'm.id.user', user: 'ada' }, password: 'gooseberry' },
  },
  {
    definition: registration.register,
    path: '/_matrix/client/v3/register',
    query: 'kind=user',
    body: {
      username: 'ada',
      password: 'gooseberry',
      auth: { type: 'm.login.dummy', session: 's1' },
      inhibit_login: true,
    },
  },
  {
    definition: createRoom.createRoom,
    path: '/_matrix/client/v3/createRoom',
    query: '',
    body: {
      preset: 'private_chat',
      invite: ['@bob:garden.example'],
      initial_state: [{ type: 'm.room.topic', state_key: '', content: { topic: 'Tea' } }],
      power_level_content_override: { users: { '@ada:garden.example': 100 } },
    },
  },
  {
    definition: joining.joinRoom,
    path: '/_matrix/client/v3/join/%23tea%3Agarden.example',
    query: 'via=a.example&via=b.example%3A8448',
    body: { reason: 'thirst' },
  },
  {
    definition: inviting.inviteUser,
    path: `${rooms}/invite`,
    query: '',
    body: { user_id: '@bob:garden.example', reason: 'tea' },
  },
  {
    definition: roomSend.sendMessage,
    path: `${rooms}/send/m.room.message/t1`,
    query: '',
    body: { msgtype: 'm.text', body: 'Tea? ☕', 'm.mentions': { user_ids: ['@bob:garden.example'] } },
  },
  {
    definition: messagePagination.getRoomEvents,
    path: `${rooms}/messages`,
    query: 'dir=b&limit=20&from=t1&filter=%7B%22types%22%3A%5B%5D%7D',
    body: undefined,
  },
  {
    definition: sync.sync,
    path: '/_matrix/client/v3/sync',
    query: 'since=s12&timeout=30000&full_state=false&set_presence=online',
    body: undefined,
  },
  {
    definition: filter.defineFilter,
    path: '/_matrix/client/v3/user/%40ada%3Agarden.example/filter',
    query: '',
    body: { room: { timeline: { limit: 10, lazy_load_members: true, types: ['m.room.*'] }, rooms: [room] } },
  },
  {
    definition: keys.uploadKeys,
    path: '/_matrix/client/v3/keys/upload',
    query: '',
    body: {
      device_keys: {
        user_id: '@ada:garden.example',
        device_id: 'PHONE',
        algorithms: ['m.olm.v1.curve25519-aes-sha2'],
        keys: { 'ed25519:PHONE': 'cGhvbmU' },
        signatures: { '@ada:garden.example': { 'ed25519:PHONE': 'c2ln' } },
      },
      one_time_keys: {
        'signed_curve25519:AAAB': { key: 'a2V5', signatures: { '@ada:garden.example': { 'ed25519:PHONE': 'c2ln' } } },
      },
    },
  },
  {
    definition: pushrules.setPushRule,
    path: '/_matrix/client/v3/pushrules/global/content/tea',
    query: 'before=coffee',
    body: { pattern: 'tea', actions: ['notify', { set_tweak: 'sound', value: 'default' }] },
  },
  {
    definition: toDevice.sendToDevice,
    path: '/_matrix/client/v3/sendToDevice/m.dummy/t2',
    query: '',
    body: { messages: { '@bob:garden.example': { '*': {} } } },
  },
  {
    definition: search.search,
    path: '/_matrix/client/v3/search',
    query: '',
    body: { search_categories: { room_events: { search_term: 'tea', order_by: 'recent', filter: { limit: 5 } } } },
  },
  {
    definition: accountData.setAccountData,
    path: '/_matrix/client/v3/user/%40ada%3Agarden.example/account_data/example.garden',
    query: '',
    body: { beds: [1, 2.5, null, { roses: true }] },
  },
]

const content = (value: Readonly<Record<string, unknown>>) => value

/** Contents that are right, by the name of their event definition. */
export const contentExamples = [
  [eventDefinitions['m.room.member'], content({ membership: 'join', displayname: 'Ada', avatar_url: 'mxc://a.b/c' })],
  [eventDefinitions['m.room.create'], content({ room_version: '12', predecessor: { room_id: room, event_id: '$e' } })],
  [
    eventDefinitions['m.room.power_levels'],
    content({ users: { '@ada:garden.example': 100 }, events: { 'm.a': 1 }, ban: 50 }),
  ],
  [
    eventDefinitions['m.room.join_rules'],
    content({ join_rule: 'restricted', allow: [{ type: 'm.room_membership', room_id: room }] }),
  ],
  [
    eventDefinitions['m.room.message$m.image'],
    content({ msgtype: 'm.image', body: 'tea.png', url: 'mxc://a.b/c', info: { h: 1, w: 2, mimetype: 'image/png' } }),
  ],
  [
    eventDefinitions['m.room.encrypted'],
    content({ algorithm: 'm.megolm.v1.aes-sha2', ciphertext: 'AwgA', session_id: 's' }),
  ],
  [
    eventDefinitions['m.reaction'],
    content({ 'm.relates_to': { rel_type: 'm.annotation', event_id: '$e', key: '👍' } }),
  ],
  [
    eventDefinitions['m.receipt'],
    content({ $e: { 'm.read': { '@ada:garden.example': { ts: 1, thread_id: 'main' } } } }),
  ],
  [eventDefinitions['m.space.child'], content({ via: ['garden.example'], order: 'a', suggested: true })],
  [
    eventDefinitions['m.key.verification.start$m.sas.v1'],
    content({
      from_device: 'A',
      method: 'm.sas.v1',
      transaction_id: 't',
      key_agreement_protocols: ['c'],
      hashes: ['sha256'],
      message_authentication_codes: ['m'],
      short_authentication_string: ['emoji'],
    }),
  ],
  [
    eduDefinitions['m.device_list_update'],
    content({ user_id: '@ada:garden.example', device_id: 'A', stream_id: 2, prev_id: [1] }),
  ],
  [
    eduDefinitions['m.direct_to_device'],
    content({ sender: '@ada:garden.example', type: 'm.dummy', message_id: 'm', messages: {} }),
  ],
] as const

const pdu = {
  type: 'm.room.message',
  room_id: room,
  sender: '@ada:garden.example',
  origin_server_ts: 1_700_000_000_000,
  content: { msgtype: 'm.text', body: 'Tea?' },
  depth: 12,
  hashes: { sha256: 'aGFzaA' },
  signatures: { 'garden.example': { 'ed25519:a': 'c2ln' } },
}

/** Events as servers send them, with the shape they must have. */
export const pduExamples: readonly (readonly [TSchema, Readonly<Record<string, unknown>>])[] = [
  [
    PduV1,
    {
      ...pdu,
      event_id: '$1:garden.example',
      auth_events: [['$0:garden.example', { sha256: 'aGFzaA' }]],
      prev_events: [],
    },
  ],
  [PduV11, { ...pdu, auth_events: ['$a', '$b'], prev_events: ['$c'] }],
  [PduV12, { ...pdu, room_id: undefined, type: 'm.room.create', state_key: '', auth_events: [], prev_events: [] }],
]
