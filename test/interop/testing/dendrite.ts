// A Dendrite process on SQLite in a folder of its own, with its message bus in memory, set up for a closed network and for
// tests: no rate limits, cheap password hashes, anybody may register.
import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../system/testing/free-port.ts'
import { installDendrite, installed } from './install.ts'
import { ServerProcess, type Kind, type Place } from './server-process.ts'

export const dendrite: Kind = {
  name: 'Dendrite',
  newestRoomVersion: '11',
  omitted: [
    [/version 12:/, 'Dendrite has no room version 12'],
    [/ knock /, 'Dendrite does not knock, nor answers one who does'],
    [/version 11: messages are redacted/, 'Dendrite does not see what a redaction of version 11 is of'],
    [/an invite is taken back/, 'Dendrite neither tells nor hears of it'],
    [/^Dendrite comes .* an alias that is not there/, 'Dendrite answers 500'],
    [/^Dendrite comes .* a room is summarised/, 'Dendrite does not answer that'],
    [/the event nearest to a time/, 'Dendrite does not answer that'],
    [/edits and threads are gathered/, 'Dendrite does not gather them'],
    [/receipts of threads/, 'Dendrite does not know them'],
    [/^Myelin comes .* the fallback key is claimed/, 'Dendrite keeps no fallback keys'],
    [/a file keeps its name/, 'Dendrite neither sends nor looks for names where the specification has them'],
  ],
  install: installDendrite,
  create,
}

async function create({ folder, authority }: Place): Promise<ServerProcess> {
  mkdirSync(folder, { recursive: true })
  const ports = { client: await freePort(), federation: await freePort() }
  const file = (name: string) => join(folder, name)
  const parameters = [
    ...['-config', file('dendrite.yaml'), '-really-enable-open-registration'],
    ...['-http-bind-address', `127.0.0.1:${ports.client}`, '-https-bind-address', `127.0.0.1:${ports.federation}`],
    ...['-tls-cert', file('tls.crt'), '-tls-key', file('tls.key')],
  ]
  const variables = { SSL_CERT_FILE: authority.caFile }
  const dendrite = new ServerProcess({ command: installed(installDendrite()), parameters, variables, folder, ports })
  const { cert, key } = authority.issue('127.0.0.1', 'localhost')
  writeFileSync(file('tls.crt'), cert)
  writeFileSync(file('tls.key'), key)
  writeFileSync(file('signing.key'), signingKey())
  // JSON is YAML.
  writeFileSync(file('dendrite.yaml'), JSON.stringify(settings(dendrite.serverName, file)))
  return dendrite
}

const signingKey = () =>
  [
    '-----BEGIN MATRIX PRIVATE KEY-----',
    'Key-ID: ed25519:interop',
    '',
    randomBytes(32).toString('base64'),
    '-----END MATRIX PRIVATE KEY-----',
    '',
  ].join('\n')

function settings(serverName: string, file: (name: string) => string) {
  const database = (name: string) => ({ connection_string: `file:${file(`${name}.db`)}` })
  return {
    version: 2,
    global: {
      server_name: serverName,
      private_key: file('signing.key'),
      jetstream: { storage_path: file('jetstream'), in_memory: true },
      presence: { enable_inbound: true, enable_outbound: true },
    },
    client_api: { registration_disabled: false, rate_limiting: { enabled: false } },
    federation_api: { database: database('federation'), key_perspectives: [] },
    key_server: { database: database('keys') },
    media_api: { database: database('media'), base_path: file('media'), dynamic_thumbnails: true },
    mscs: { database: database('mscs') },
    relay_api: { database: database('relay') },
    room_server: { database: database('rooms') },
    sync_api: { database: database('sync') },
    user_api: { account_database: database('accounts'), bcrypt_cost: 4 },
    logging: [{ type: 'std', level: process.env['LOG'] === undefined ? 'warn' : 'debug' }],
  }
}
