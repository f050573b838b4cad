// Rooms made to be as described, hooks, kept logins, doctor: against a real server and real repositories.
import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import type { User } from './testing/api.ts'
import { notify } from './testing/notifier.ts'
import { TestServer } from './testing/server.ts'

describe('myelin-notify and rooms', () => {
  let server: TestServer
  let ci: User
  let alice: User
  let folder: string

  before(async () => {
    server = await TestServer.start()
    ci = await server.user('ci')
    alice = await server.user('alice')
    folder = mkdtempSync(join(tmpdir(), 'myelin-notify-'))
    writeFileSync(join(folder, 'password'), 'ci password\n')
  })
  after(async () => {
    rmSync(folder, { recursive: true })
    await server[Symbol.asyncDispose]()
  })

  const variables = () => ({
    MYELIN_NOTIFY_HOMESERVER: server.baseUrl,
    MYELIN_NOTIFY_USER: 'ci',
    MYELIN_NOTIFY_PASSWORD: 'ci password',
  })
  const done = async (...parameters: string[]) => {
    const outcome = await notify(parameters, { variables: variables() })
    assert.equal(outcome.code, 0, outcome.stderr + outcome.stdout)
    return outcome.stdout
  }
  const state = (roomId: string, type: string, key = '') =>
    ci.get(`/rooms/${encodeURIComponent(roomId)}/state/${type}/${encodeURIComponent(key)}`)
  const resolved = async (alias: string) =>
    (await ci.get(`/directory/room/${encodeURIComponent(alias)}`)).room_id as string

  test('a room is created as described, and a second time there is nothing to do', async () => {
    const wish = ['room', 'ensure', 'builds', '--name', 'Builds', '--topic', 'What CI says', '--join', 'public']
    const powers = [
      '--power',
      'users_default=-1',
      '--admin',
      '@alice:hs1',
      '--admin',
      '@ci:hs1',
      '--invite',
      '@alice:hs1',
    ]
    assert.match(await done(...wish, ...powers, '--dry-run'), /would create/)
    assert.match(await done(...wish, ...powers), /created/)
    const roomId = await resolved('#builds:hs1')
    assert.equal((await state(roomId, 'm.room.name')).name, 'Builds')
    const levels = await state(roomId, 'm.room.power_levels')
    assert.equal(levels.users_default, -1)
    assert.equal(levels.users['@alice:hs1'], 100)
    assert.equal((await state(roomId, 'm.room.member', '@alice:hs1')).membership, 'invite')
    const count = (await ci.history(roomId)).length
    assert.match(await done(...wish, ...powers), /as wished/)
    assert.equal((await ci.history(roomId)).length, count)
  })

  test('what is not mentioned stays: moderators made by hand, levels, the topic', async () => {
    await done('room', 'ensure', 'kept', '--topic', 'by hand')
    const roomId = await resolved('#kept:hs1')
    const levels = await state(roomId, 'm.room.power_levels')
    const byHand = { ...levels, users: { ...levels.users, '@bob:hs1': 50 }, events: { ...levels.events, 'org.x': 70 } }
    await ci.put(`/rooms/${encodeURIComponent(roomId)}/state/m.room.power_levels/`, byHand)
    const printed = await done('room', 'ensure', 'kept', '--admin', '@alice:hs1', '--name', 'New')
    assert.match(printed, /power of @alice:hs1: none → 100/)
    const after = await state(roomId, 'm.room.power_levels')
    assert.deepEqual(after, { ...byHand, users: { ...byHand.users, '@alice:hs1': 100 } })
    assert.equal((await state(roomId, 'm.room.topic')).topic, 'by hand')
  })

  test('apply makes all rooms of a file as described, shows the difference first, and is idempotent', async () => {
    const file = join(folder, 'rooms.yaml')
    const rooms = [
      'rooms:',
      '  - { room: "#space:hs1", name: All, is_space: true }',
      '  - { room: "#one:hs1", name: One, space: "#space:hs1", power: { events_default: 50 }, listed: true }',
      '  - { room: "#two:hs1", topic: Two, history: world_readable, moderators: ["@alice:hs1"] }',
    ]
    writeFileSync(file, rooms.join('\n'))
    await done('apply', file)
    assert.match(await done('apply', file), /^(\S+ {2}as wished\n){3}$/)
    assert.deepEqual((await state(await resolved('#space:hs1'), 'm.space.child', await resolved('#one:hs1'))).via, [
      'hs1',
    ])
    writeFileSync(file, rooms.join('\n').replace('Two', 'Second'))
    assert.match(await done('apply', file, '--dry-run'), /would change\n {2}topic: "Two" → "Second"/)
    assert.equal((await state(await resolved('#two:hs1'), 'm.room.topic')).topic, 'Two')
    writeFileSync(file, 'rooms: [{ room: "#x:hs1", colour: red }]')
    const wrong = await notify(['apply', file], { variables: variables() })
    assert.equal(wrong.code, 2)
    assert.match(wrong.stderr, /rooms\[0\] has no 'colour'/)
  })

  test('it joins what it is invited to, lists, invites and leaves', async () => {
    const roomId = await alice.createRoom({ invite: [ci.userId], name: 'Elsewhere' })
    assert.match(await done('room', 'list'), new RegExp(`${roomId.replace('$', '')} {2}invited`))
    await done('room', 'join', '--invites')
    assert.match(await done('room', 'list'), /joined {2}Elsewhere/)
    const own = await ci.createRoom()
    assert.match(await done('room', 'invite', own, '@alice:hs1'), /invited/)
    await done('room', 'leave', roomId)
    assert.doesNotMatch(await done('room', 'list'), /Elsewhere/)
  })

  test('patterns choose among the joined rooms', async () => {
    await done('room', 'ensure', 'team-a', '--name', 'Team A')
    await done('room', 'ensure', 'team-b', '--name', 'Team B')
    const chosen = await done('announce', 'x', '--dry-run', '--rooms-match', '#team-*', '--rooms-except', 'Team B')
    assert.deepEqual(chosen.match(/^!\S+/gm), [await resolved('#team-a:hs1')])
  })

  test('a login is kept for its owner alone and used until logout', async () => {
    const kept = join(folder, 'kept', 'credentials.json')
    const own = { variables: { MYELIN_NOTIFY_CREDENTIALS: kept } }
    const login = ['login', '--homeserver', server.baseUrl, '--user', 'ci', '--password-file', join(folder, 'password')]
    assert.equal((await notify(login, own)).code, 0)
    assert.equal(statSync(kept).mode & 0o777, 0o600)
    assert.match((await notify(['whoami'], own)).stdout, /^@ci:hs1 {2}\S+\n$/)
    const elsewhere = await notify(['whoami', '--homeserver', 'http://127.0.0.1:9'], own)
    assert.equal(elsewhere.code, 3)
    assert.match(elsewhere.stderr, /is not sent/)
    const { token } = JSON.parse(readFileSync(kept, 'utf8'))
    assert.equal((await notify(['logout'], own)).code, 0)
    assert.equal((await ci.call('/account/whoami', { token })).status, 401)
    assert.equal((await notify(['whoami'], own)).code, 3)
  })

  test('doctor says what is right and what is wrong', async () => {
    const fine = await notify(['doctor', '--room', '#builds:hs1'], { variables: variables() })
    assert.equal(fine.code, 0, fine.stdout)
    assert.match(fine.stdout, /ok {6}account: @ci:hs1/)
    const refused = await notify(['doctor'], { variables: { ...variables(), MYELIN_NOTIFY_PASSWORD: 'wrong word' } })
    assert.equal(refused.code, 4)
    assert.doesNotMatch(refused.stdout + refused.stderr, /wrong word/)
  })

  test('upload puts a file into the room', async () => {
    const file = join(folder, 'log.txt')
    writeFileSync(file, 'all is well')
    await done('upload', file, '--room', '#builds:hs1')
    const [{ room_id: roomId }] = [await ci.get(`/directory/room/${encodeURIComponent('#builds:hs1')}`)]
    const { content } = (await ci.history(roomId)).at(-1)
    assert.deepEqual([content.msgtype, content.body, content.info.size], ['m.file', 'log.txt', 11])
    const path = `/_matrix/client/v1/media/download/${content.url.slice('mxc://'.length)}`
    const answer = await fetch(server.baseUrl + path, { headers: { authorization: `Bearer ${ci.token}` } })
    assert.equal(await answer.text(), 'all is well')
  })

  test('a post-receive hook tells of pushes, new and deleted branches, tags and rewritten history', async () => {
    const [bare, work] = [join(folder, 'project.git'), join(folder, 'work')]
    const git = (...parameters: string[]) =>
      execFileSync('git', ['-C', work, '-c', 'user.name=A <b>', '-c', 'user.email=a@x', ...parameters], {
        stdio: 'pipe',
      })
    execFileSync('git', ['init', '-q', '--bare', '-b', 'main', bare])
    execFileSync('git', ['init', '-q', '-b', 'main', work])
    const roomId = await ci.createRoom()
    const install = ['hook', 'install', 'post-receive', '--repository', bare, '--room', roomId, '--commits-max', '2']
    await done(...install, '--homeserver', server.baseUrl, '--password-file', join(folder, 'password'))
    // The server is in this process and must be able to answer the hook.
    const push = (...refs: string[]) => promisify(execFile)('git', ['-C', work, 'push', '-q', ...refs])
    const commit = (message: string) => git('commit', '-q', '--allow-empty', '-m', message)
    for (const message of ['one', 'two', 'three & <script>']) commit(message)
    await push(bare, 'main')
    git('tag', 'v1')
    await push(bare, 'v1', 'main:other')
    git('commit', '-q', '--amend', '--allow-empty', '-m', 'three again')
    await push('--force', bare, 'main', ':other')
    const bodies = (await ci.history(roomId)).flatMap(({ content }) => content.body ?? []) as string[]
    assert.match(
      bodies[0]!,
      /^project: branch main was created \(3 commits\)\n\w{7} A b: two\n.*three & <script>\nand 1 earlier$/,
    )
    const titles = bodies.slice(1).map((body) => body.split('\n')[0])
    assert.deepEqual(titles.toSorted(), [
      'project: branch main was force-pushed: history was rewritten (1 commit)',
      'project: branch other was created',
      'project: branch other was deleted',
      'project: tag v1 was created',
    ])
    const again = await notify(install.with(1, 'install'), { variables: variables() })
    assert.equal(again.code, 0, 'its own hook is replaced')
  })

  test('commits announces what was pushed, and the newest where the checkout is too shallow', async () => {
    const repository = join(folder, 'pushed')
    const git = (...parameters: string[]) =>
      execFileSync('git', ['-C', repository, '-c', 'user.name=A', '-c', 'user.email=a@x', ...parameters], {
        encoding: 'utf8',
      }).trim()
    execFileSync('git', ['init', '-q', '-b', 'main', repository])
    for (const message of ['one', 'two', 'three']) git('commit', '-q', '--allow-empty', '-m', message)
    const [hash, before] = [git('rev-parse', 'HEAD'), git('rev-parse', 'HEAD~2')]
    const pushed = (from: string) => ({ GITLAB_CI: 'true', CI_COMMIT_SHA: hash, CI_COMMIT_BEFORE_SHA: from })
    const commits = async (from: string) => {
      const own = { ...variables(), ...pushed(from) }
      return notify(['commits', '--dry-run', '--room', '#builds:hs1', '--repository', repository], { variables: own })
    }
    assert.deepEqual(
      (await commits(before)).stdout
        .trim()
        .split('\n')
        .map((line) => line.split(': ').at(-1)),
      ['two', 'three'],
    )
    const shallow = await commits('f'.repeat(40))
    assert.match(shallow.stdout, /three\n$/)
    assert.match(shallow.stderr, /does not reach back/)
  })

  test('a post-commit hook announces each commit, and another hook is not overwritten', async () => {
    const repository = join(folder, 'own')
    const git = (...parameters: string[]) =>
      promisify(execFile)('git', ['-C', repository, '-c', 'user.name=A', '-c', 'user.email=a@x', ...parameters])
    execFileSync('git', ['init', '-q', '-b', 'main', repository])
    const roomId = await ci.createRoom()
    const install = ['hook', 'install', 'post-commit', '--repository', repository, '--room', roomId]
    await done(...install, '--password-file', join(folder, 'password'))
    await git('commit', '-q', '--allow-empty', '-m', 'by hook')
    assert.match((await ci.history(roomId)).at(-1).content.body, /^A committed \w{7}: by hook/)
    writeFileSync(join(repository, '.git/hooks/post-commit'), '#!/bin/sh\n')
    const refused = await notify(install, { variables: variables() })
    assert.equal(refused.code, 2)
    assert.match(refused.stderr, /not ours/)
  })

  test('the flags of ocaml-matrix announce in every joined room, and say a message', async () => {
    const { hostname, port } = new URL(server.baseUrl)
    const repository = join(import.meta.dirname, '../..')
    const seed = ['--matrix-host', hostname, '--matrix-port', port, '--matrix-scheme', 'http', '--matrix-user', 'ci']
    const announced = await notify([...seed, '--matrix-passfile', join(folder, 'password'), '--dry-run'], {
      cwd: repository,
    })
    assert.equal(announced.code, 0, announced.stderr)
    assert.match(announced.stdout, /would post/)
    const remote = join(folder, 'remote.json')
    writeFileSync(remote, JSON.stringify({ user: 'ci', password: 'ci password', server: server.baseUrl }))
    const said = await notify(['--remote', remote, '--room', '#builds:hs1', '--message', 'hello'])
    assert.equal(said.code, 0, said.stderr)
    assert.equal((await ci.history(await resolved('#builds:hs1'))).at(-1).content.body, 'hello')
  })
})
