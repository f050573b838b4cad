// Every statement of the store fits the schema, and none that runs often reads a whole table.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { systemEnvironment } from '../environment.ts'
import { migrations } from './migrations/migrations.ts'
import { migrate } from './sqlite/migrate.ts'

/** Read once at start, by an operator, or now and then by a clean-up. */
const mayScan: Readonly<Record<string, string>> = {
  'SELECT family, reserved FROM nid_counters': 'at start, a handful of rows',
  'SELECT server_name AS "serverName" FROM identity': 'at start, one row',
  'SELECT user_nid AS "userNid" FROM accounts LIMIT 1': 'at start, one row',
  'SELECT token, uses_allowed AS "usesAllowed", completed, expires_ms AS "expiresMs" FROM registration_tokens ORDER BY token':
    'an operator lists them',
  'DELETE FROM short_lived_tokens WHERE user_nid = ?': 'they live for minutes',
  'SELECT count(*) AS "rooms" FROM directory': 'one row per published room',
  'SELECT COALESCE(SUM(bytes), 0) AS bytes FROM media WHERE user_nid = 0 AND quarantined_ts IS NULL':
    'once, and when files of other servers are evicted',
  'DELETE FROM redacted_originals WHERE redacted_ts < ?': 'clean-up',
  'SELECT server_name AS "serverName", position, failures, next_try_ts AS "nextTryTs", last_success_ts AS "lastSuccessTs", last_error AS "lastError" FROM destinations':
    'at start',
  'SELECT room_id AS "roomId", user_id AS "userId", servers, reason, attempts, sent FROM join_intents': 'at start',
  'SELECT room_nid AS "roomNid", join_nid AS "joinNid", servers, completed FROM late_members WHERE completed IS NULL':
    'at start, one row per room that came without its members',
  'SELECT DISTINCT server_name AS "serverName" FROM outbound_edus': 'at start',
  'SELECT server_name AS "serverName" FROM outbound_edus GROUP BY server_name HAVING count(*) > ? OR sum(bytes) > ?':
    'clean-up, of an index',
  'SELECT max(position) AS position, count(*) AS count FROM ( SELECT position, count(*) OVER newer AS edus, sum(bytes) OVER newer AS bytes FROM outbound_edus WHERE server_name = ? WINDOW newer AS (ORDER BY position DESC) ) AS kept WHERE edus > ? OR bytes > ?':
    'clean-up, of one server that has too much',
  'WITH old AS MATERIALIZED (SELECT server_name FROM outbound_edus WHERE added_ts < ?) SELECT server_name AS "serverName", count(*) AS count FROM old GROUP BY server_name':
    'clean-up, of what an index has found',
  'SELECT DISTINCT hook_nid AS "hookNid" FROM webhook_deliveries WHERE state = \'waiting\'': 'at start',
  'SELECT nid, hook_id AS "hookId", name, secret, wishes, muted_until AS "mutedUntil", created_ts AS "createdTs" FROM webhooks ORDER BY nid':
    'an operator lists them',
  'SELECT user_nid AS "userNid", device_nid AS "deviceNid" FROM webhook_account': 'one row',
  'DELETE FROM received_transactions WHERE ts < ?': 'clean-up',
  'SELECT sequence, room_nid AS "roomNid", origin, event_id AS "eventId" FROM staged_events ORDER BY sequence':
    'at start',
  'DELETE FROM missed_removals WHERE ts <= (SELECT ts FROM missed_removals ORDER BY ts DESC LIMIT 1 OFFSET ?)':
    'no more of an index than is kept, when a user is put out of a room that this server is not in',
  'DELETE FROM server_key_documents WHERE fetched_ts < ( SELECT fetched_ts FROM server_key_documents ORDER BY fetched_ts DESC LIMIT 1 OFFSET ?)':
    'clean-up, after so many new documents',
  'SELECT p.*, u.user_id FROM presence p JOIN users u ON u.nid = p.user_nid': 'at start',
  'SELECT p.*, u.user_id FROM push_rules p JOIN users u ON u.nid = p.user_nid': 'at start',
}

const files = globSync(join(import.meta.dirname, '**/*.ts'))
  .filter((path) => !/\.test\.ts$|\/testing\//.test(path))
  .map((path) => [basename(path), readFileSync(path, 'utf8')] as const)

/** The fragments of a file by their names. */
const fragmentsIn = (source: string) =>
  [...source.matchAll(/(\w+) =\s+fragment\(\s*(['`])([^]*?)\2,?\s*\)/g)].map(
    ([, name = '', , text = '']) => [name, text] as const,
  )
const shared = files.flatMap(([, source]) => fragmentsIn(source))

/** The statements of a file, their fragments filled in and their parameters left open. */
function statementsOf(source: string): string[] {
  const fragments = new Map([...shared, ...fragmentsIn(source)])
  return [...source.matchAll(/= sql`([^`]*)`/g)].map(([, text = '']) =>
    text
      .replaceAll(/\$\{'\w+'\}/g, '?')
      .replaceAll(/\$\{(\w+)\}/g, (_, name: string) => fragments.get(name) ?? name)
      .replaceAll(/\s+/g, ' ')
      .trim(),
  )
}

const database = new DatabaseSync(':memory:')
migrate(database, migrations, systemEnvironment)
const statements = files.flatMap(([file, source]) =>
  statementsOf(source).map((statement) => [file, statement] as const),
)

test('every statement fits the schema', () => {
  assert.ok(statements.length > 50)
  for (const [file, statement] of statements)
    assert.doesNotThrow(() => database.prepare(statement), `${file}: ${statement}`)
})

test('what runs often finds its rows by an index', () => {
  const scans = statements.filter(([, statement]) => {
    const plan = database.prepare(`EXPLAIN QUERY PLAN ${statement}`).all()
    return plan.some(({ detail }) =>
      /^SCAN (?!json_each|walk|\(|\w+ VIRTUAL TABLE|\w+ USING (COVERING )?INDEX (accounts_departing|accounts_erased|account_data_ignored_users)\b)/.test(
        String(detail),
      ),
    )
  })
  assert.deepEqual(
    scans.filter(([, statement]) => mayScan[statement] === undefined),
    [],
  )
})
