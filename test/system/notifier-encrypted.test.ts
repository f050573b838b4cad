// myelin-notify in encrypted rooms: what it says is read by a real client, its device is signed by its account without a
// human, it remembers what it has said, and nothing of it is ever readable by the server.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Preset, type MatrixClient } from 'matrix-js-sdk'
import type { User } from './testing/api.ts'
import { device, reads, texts } from './testing/encrypting-client.ts'
import { eventually } from './testing/network.ts'
import { notify } from './testing/notifier.ts'
import { TestServer } from './testing/server.ts'

describe('myelin-notify in encrypted rooms', { timeout: 180_000 }, () => {
  let server: TestServer
  let ci: User
  let alice: MatrixClient
  let roomId: string
  let folder: string
  before(async () => {
    server = await TestServer.start()
    folder = mkdtempSync(join(tmpdir(), 'myelin-encrypted-'))
    ci = await server.user('ci')
    alice = await device(server, 'alice', { secrets: {}, isNew: true })
    const encryption = { type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } }
    const room = { preset: Preset.PublicChat, initial_state: [encryption] }
    roomId = (await alice.createRoom(room)).room_id
    await ci.join(roomId)
    await eventually(async () => (alice.getRoom(roomId)?.getMember('@ci:hs1') ? true : undefined))
  })
  after(async () => {
    alice.stopClient()
    await server[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  const keyFile = () => join(folder, 'recovery-key')
  const account = () => ({
    MYELIN_NOTIFY_HOMESERVER: server.baseUrl,
    MYELIN_NOTIFY_USER: 'ci',
    MYELIN_NOTIFY_PASSWORD: 'ci password',
  })
  const done = async (...words: string[]) => {
    const outcome = await notify([...words, '--recovery-key-file', keyFile()], { variables: account() })
    assert.equal(outcome.code, 0, outcome.stdout + outcome.stderr)
    return outcome.stdout
  }
  const wire = () => ci.history(roomId)

  test('without a recovery key nothing is sent', async () => {
    const outcome = await notify(['announce', 'secret', '--room', roomId], { variables: account() })
    assert.equal(outcome.code, 9)
    assert.match(outcome.stdout + outcome.stderr, /encryption setup/)
  })

  test('the account is set up once; its recovery key is for its owner alone', async () => {
    const setup = ['encryption', 'setup', '--recovery-key-file', keyFile()]
    assert.equal((await notify(setup, { variables: account() })).code, 0)
    assert.equal(statSync(keyFile()).mode & 0o777, 0o600)
    assert.match(readFileSync(keyFile(), 'utf8'), /^E[0-9A-Za-z]{3}( [0-9A-Za-z]{1,4})+\n$/)
    const again = await notify(['encryption', 'setup', '--recovery-key-file', join(folder, 'other')], {
      variables: account(),
    })
    assert.equal(again.code, 2)
  })

  test('what it says is read by the people in the room, on a device that its account signed', async () => {
    await done('announce', 'the build is **green**', '--room', roomId)
    await reads(alice, roomId, 'the build is **green**')
    const sender = alice
      .getRoom(roomId)!
      .getLiveTimeline()
      .getEvents()
      .findLast((event) => event.getSender() === '@ci:hs1' && event.getWireType() === 'm.room.encrypted')
    assert.ok(sender)
    const info = await alice.getCrypto()!.getEncryptionInfoForEvent(sender)
    assert.equal(info?.shieldReason, null)
  })

  test('a pipeline is one message, edited by later runs, and the server reads nothing of it', async () => {
    const status = (phase: string, ...more: string[]) =>
      done(
        'status',
        phase,
        '--key',
        'secret-project/1',
        '--name',
        'secret-pipeline',
        '--react-jobs',
        '--room',
        roomId,
        ...more,
      )
    await status('start', '--job', 'secret-job')
    await status('finish', '--status', 'passed')
    await eventually(async () =>
      texts(alice, roomId).some((text) => /secret-pipeline passed/.test(text)) ? true : undefined,
    )
    const events = await wire()
    const own = events.filter(
      ({ sender, type }: { sender: string; type: string }) => sender === '@ci:hs1' && type === 'm.room.encrypted',
    )
    const edits = own.filter(
      ({ content }: { content: Record<string, unknown> }) => content['m.relates_to'] !== undefined,
    )
    assert.equal(edits.length, 1)
    assert.doesNotMatch(JSON.stringify(events), /secret-|the build is/)
  })

  test('a message with a key is posted once', async () => {
    const say = () => done('announce', 'once', '--key', 'k1', '--room', roomId)
    assert.match(await say(), /posted/)
    assert.match(await say(), /unchanged/)
  })

  test('a file is encrypted before it is uploaded', async () => {
    const file = join(folder, 'report.txt')
    writeFileSync(file, 'confidential figures')
    await done('upload', file, '--room', roomId)
    const found = await eventually(async () =>
      alice
        .getRoom(roomId)!
        .getLiveTimeline()
        .getEvents()
        .find((event) => event.getContent()['msgtype'] === 'm.file'),
    )
    const { url, v } = found.getContent()['file']
    assert.equal(v, 'v2')
    const path = `/_matrix/client/v1/media/download/${url.slice('mxc://'.length)}`
    const answer = await fetch(server.baseUrl + path, { headers: { authorization: `Bearer ${ci.token}` } })
    assert.equal(answer.status, 200)
    assert.doesNotMatch(await answer.text(), /confidential/)
  })

  test('another recovery key is refused, and nothing is sent', async () => {
    const wrong = 'EsTc LW2K PGiF wKEA 3As5 g5c4 BXwk qeeJ ZJV8 Q9fu gUMN UE4d'
    const variables = { ...account(), MYELIN_NOTIFY_RECOVERY_KEY: wrong }
    const count = (await wire()).length
    const outcome = await notify(['announce', 'no', '--room', roomId], { variables })
    assert.equal(outcome.code, 9, outcome.stderr)
    assert.match(outcome.stdout + outcome.stderr, /not the one of this account/)
    assert.equal((await wire()).length, count)
  })
})
