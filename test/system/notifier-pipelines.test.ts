// A pipeline in a room: one message edited in place, jobs, changes of a branch, many writers at once.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { User } from './testing/api.ts'
import { notify } from './testing/notifier.ts'
import { TestServer } from './testing/server.ts'

describe('myelin-notify status and run', () => {
  let server: TestServer
  let ci: User
  let folder: string

  before(async () => {
    server = await TestServer.start()
    ci = await server.user('ci')
    folder = mkdtempSync(join(tmpdir(), 'myelin-notify-'))
  })
  after(async () => {
    rmSync(folder, { recursive: true })
    await server[Symbol.asyncDispose]()
  })

  const account = () => ({
    MYELIN_NOTIFY_HOMESERVER: server.baseUrl,
    MYELIN_NOTIFY_USER: 'ci',
    MYELIN_NOTIFY_PASSWORD: 'ci password',
  })
  /** A job of pipeline `run` of a project on GitHub. */
  const job = (run: string, more: Readonly<Record<string, string>> = {}) => ({
    ...account(),
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_SERVER_URL: 'https://github.example',
    GITHUB_REPOSITORY: 'team/project',
    GITHUB_RUN_ID: run,
    GITHUB_RUN_NUMBER: run,
    GITHUB_WORKFLOW: 'Tests',
    GITHUB_REF: 'refs/heads/main',
    GITHUB_REF_TYPE: 'branch',
    GITHUB_SHA: 'a'.repeat(40),
    ...more,
  })
  const tell = async (roomId: string, run: string, ...words: string[]) => {
    const [, ...options] = words
    const outcome = await notify(['status', words[0]!, '--room', roomId, '--repository', folder, ...options], {
      variables: job(run),
    })
    assert.equal(outcome.code, 0, outcome.stderr + outcome.stdout)
    return outcome.stdout
  }
  const messages = async (roomId: string) =>
    (await ci.history(roomId)).filter(({ type, content }) => type === 'm.room.message' && content.msgtype)
  const firsts = async (roomId: string) =>
    (await messages(roomId)).filter(({ content }) => content['m.relates_to']?.rel_type !== 'm.replace')
  const latestText = async (roomId: string) => {
    const content = (await messages(roomId)).at(-1).content
    return (content['m.new_content'] ?? content).body as string
  }

  test('start, jobs and finish of a pipeline are one message, edited', async () => {
    const roomId = await ci.createRoom()
    assert.match(await tell(roomId, '1', 'start'), /posted/)
    assert.match(await tell(roomId, '1', 'update', '--job', 'lint', '--status', 'success'), /edited/)
    assert.match(await tell(roomId, '1', 'update', '--job', 'unit', '--status', 'failed'), /edited/)
    assert.match(await tell(roomId, '1', 'finish', '--status', 'failed'), /edited/)
    const [first, ...others] = await firsts(roomId)
    assert.equal(others.length, 0)
    assert.match(first.content.body, /🟡 team\/project: Tests #1 is running on main/)
    assert.match(await latestText(roomId), /❌ team\/project: Tests #1 failed \(broke\) on main in \d+/)
    assert.match(await latestText(roomId), /✅ lint · ❌ unit/)
    for (const { content } of (await messages(roomId)).slice(1))
      assert.equal(content['m.relates_to'].event_id, first.event_id)
  })

  test('saying the same again changes nothing', async () => {
    const roomId = await ci.createRoom()
    await tell(roomId, '2', 'start')
    await tell(roomId, '2', 'finish', '--status', 'passed')
    const count = (await messages(roomId)).length
    assert.match(await tell(roomId, '2', 'finish', '--status', 'passed'), /unchanged/)
    assert.equal((await messages(roomId)).length, count)
  })

  test('runs that start at the same time leave one message, with the jobs of all', async () => {
    const roomId = await ci.createRoom()
    const names = Array.from({ length: 8 }, (_, number) => `job${number}`)
    await Promise.all(names.map((name) => tell(roomId, '3', 'update', '--job', name, '--status', 'passed')))
    assert.equal((await firsts(roomId)).length, 1)
    for (const name of names) assert.match(await latestText(roomId), new RegExp(`✅ ${name}`))
  })

  test('jobs can be a thread and reactions', async () => {
    const roomId = await ci.createRoom()
    const options = ['--thread', '--react-jobs', '--job', 'build', '--status']
    await tell(roomId, '4', 'update', ...options, 'running')
    await tell(roomId, '4', 'update', ...options, 'failed')
    const [root, inThread, ...others] = await firsts(roomId)
    assert.equal(others.length, 0)
    assert.equal(inThread.content['m.relates_to'].rel_type, 'm.thread')
    assert.equal(inThread.content['m.relates_to'].event_id, root.event_id)
    const reactions = (await ci.history(roomId))
      .filter(({ type }) => type === 'm.reaction')
      .flatMap(({ content }) => content['m.relates_to']?.key ?? [])
    assert.deepEqual(reactions, ['❌ build'])
  })

  test('the jobs that a workflow needs come to its result', async () => {
    const roomId = await ci.createRoom()
    const needs = { MYELIN_NOTIFY_NEEDS: '{"lint":{"result":"success"},"unit":{"result":"failure"}}' }
    const outcome = await notify(['status', 'finish', '--room', roomId], { variables: job('5', needs), cwd: folder })
    assert.equal(outcome.code, 0, outcome.stderr)
    assert.match(await latestText(roomId), /failed.*\n.*\n✅ lint · ❌ unit/)
  })

  test('a message that would be too long is shortened, not refused', async () => {
    const roomId = await ci.createRoom()
    const url = `https://ci.example/${'x'.repeat(470)}`
    await tell(roomId, '6', 'update', '--job', 'ä'.repeat(280), '--job-url', url, '--status', 'passed')
    const template = join(folder, 'long.liquid')
    writeFileSync(template, '<p>{% for i in (1..9000) %}ä&amp;{% endfor %}</p>')
    await tell(roomId, '6', 'finish', '--template', template)
    assert.match(await latestText(roomId), /^ä&ä&/)
  })

  test('--only-changes tells when a branch breaks and is fixed, and counts in between', async () => {
    const roomId = await ci.createRoom()
    const finish = (run: string, status: string) => tell(roomId, run, 'finish', '--only-changes', '--status', status)
    assert.match(await finish('10', 'passed'), /silent/)
    assert.match(await finish('11', 'failed'), /posted/)
    assert.match(await finish('12', 'failed'), /edited/)
    assert.match(await latestText(roomId), /failed \(still broken, 2 in a row\)/)
    assert.match(await finish('12', 'failed'), /unchanged/)
    assert.match(await finish('13', 'passed'), /posted/)
    assert.match(await latestText(roomId), /💚 .*passed \(fixed\)/)
    assert.match(await finish('14', 'passed'), /silent/)
    assert.equal((await firsts(roomId)).length, 2)
  })

  test('mentions are new once and only at the status asked for', async () => {
    const roomId = await ci.createRoom()
    const mention = ['--mention', '@alice:hs1', '--status']
    await tell(roomId, '20', 'start', '--mention', '@alice:hs1')
    await tell(roomId, '20', 'finish', ...mention, 'failed')
    const [first, edit] = await messages(roomId)
    assert.deepEqual(first.content['m.mentions'], {})
    assert.deepEqual(edit.content['m.mentions'], { user_ids: ['@alice:hs1'] })
    await tell(roomId, '20', 'update', '--job', 'late', ...mention, 'failed')
    assert.deepEqual((await messages(roomId)).at(-1).content['m.mentions'], {})
    assert.match(edit.content['m.new_content'].formatted_body, /matrix\.to/)
  })

  test('the author of the commit is mentioned by way of a map', async () => {
    const roomId = await ci.createRoom()
    const authors = join(folder, 'authors.yaml')
    writeFileSync(authors, 'ada@example.org: "@ada:hs1"\n')
    const gitlab = {
      GITLAB_CI: 'true',
      CI_PIPELINE_ID: '1',
      CI_PROJECT_PATH: 'g/p',
      CI_COMMIT_SHA: 'b'.repeat(40),
      CI_COMMIT_AUTHOR: 'Ada <ada@example.org>',
      CI_JOB_STATUS: 'failed',
    }
    const words = ['status', 'auto', '--room', roomId, '--mention', 'author', '--author-map', authors]
    const outcome = await notify(words, { variables: { ...account(), ...gitlab }, cwd: folder })
    assert.equal(outcome.code, 0, outcome.stderr)
    const [{ content }] = await messages(roomId)
    assert.deepEqual(content['m.mentions'], { user_ids: ['@ada:hs1'] })
    assert.match(content.body, /❌ g\/p: Pipeline failed/)
    assert.doesNotMatch(JSON.stringify(content), /ada@example/)
  })

  test('a template that never ends is stopped', async () => {
    const roomId = await ci.createRoom()
    const template = join(folder, 'endless.liquid')
    writeFileSync(
      template,
      '{% for i in (1..9000) %}{% for j in (1..9000) %}{{ i | times: j }}{% endfor %}{% endfor %}',
    )
    const outcome = await notify(['status', 'start', '--room', roomId, '--template', template], {
      variables: job('32'),
    })
    assert.equal(outcome.code, 2, outcome.stdout)
  })

  test('a template says it in other words and runs nothing', async () => {
    const roomId = await ci.createRoom()
    const template = join(folder, 'template.liquid')
    writeFileSync(
      template,
      '{{ mark }} <b>{{ ref.name }}</b>: {{ verdict }} {% for job in jobs %}{{ job.name }} {% endfor %}',
    )
    await tell(roomId, '30', 'update', '--template', template, '--job', '<script>', '--status', 'passed')
    const [{ content }] = await messages(roomId)
    assert.equal(content.formatted_body, '🟡 <b>main</b>: is running &lt;script&gt;')
    assert.equal(content.body, '🟡 main: is running <script>')
    writeFileSync(template, '{{ constructor }}{% include "/etc/passwd" %}')
    const wrong = await notify(['status', 'start', '--room', roomId, '--template', template], { variables: job('31') })
    assert.equal(wrong.code, 2, wrong.stdout)
  })

  test('run tells how a command went, quotes its end and exits with its code', async () => {
    const roomId = await ci.createRoom()
    const script = 'console.log("x".repeat(10)); console.error("\\u001b[31mboom <b>\\u001b[0m"); process.exit(7)'
    const run = ['run', '--log', '--room', roomId, '--repository', folder]
    const outcome = await notify([...run, '--', process.execPath, '-e', script], { variables: account() })
    assert.equal(outcome.code, 7, outcome.stderr)
    assert.match(outcome.stdout, /x{10}/)

    const told = await messages(roomId)
    const { body, formatted_body: html } = told.findLast(({ content }) => content['m.new_content']).content[
      'm.new_content'
    ]
    assert.match(body, /failed/)
    assert.match(body, /boom <b>$/)
    assert.match(html, /<pre><code>.*boom &lt;b&gt;<\/code><\/pre>/s)
    const log = told.at(-1).content
    assert.deepEqual([log.msgtype, log.body, log['m.relates_to'].rel_type], ['m.file', 'output.log', 'm.thread'])
    assert.equal(log['m.relates_to'].event_id, told[0].event_id)
  })

  test('run keeps the password from the command, and a chat that is away fails nothing', async () => {
    const script = 'process.exit(process.env.MYELIN_NOTIFY_PASSWORD === undefined ? 0 : 1)'
    const variables = { ...account(), MYELIN_NOTIFY_HOMESERVER: 'http://127.0.0.1:9' }
    const outcome = await notify(['run', '--', process.execPath, '-e', script], { variables, cwd: folder })
    assert.equal(outcome.code, 0, outcome.stderr)
    assert.match(outcome.stderr, /Nobody was told/)
  })

  test('--json gives one object per room and a summary', async () => {
    const roomId = await ci.createRoom()
    const outcome = await notify(['announce', '**hi** <i>there</i>', '--room', roomId, '--json', '--key', 'k'], {
      variables: account(),
    })
    const [line, summary] = outcome.stdout
      .trim()
      .split('\n')
      .map((each) => JSON.parse(each))
    assert.equal(line.room, roomId)
    assert.equal(line.result, 'posted')
    assert.deepEqual(summary, { summary: true, rooms: 1, failed: 0, exit_code: 0 })
    const [{ content, event_id }] = await messages(roomId)
    assert.equal(event_id, line.event_id)
    assert.equal(content.formatted_body, '<strong>hi</strong> &lt;i&gt;there&lt;/i&gt;')
  })

  test('a key is said once and edited when its text differs', async () => {
    const roomId = await ci.createRoom()
    const say = async (text: string) =>
      (await notify(['announce', '-', '--room', roomId, '--key', 'release'], { variables: account(), input: text }))
        .stdout
    assert.match(await say('one'), /posted/)
    assert.match(await say('one'), /unchanged/)
    assert.match(await say('two'), /edited/)
    assert.match(await say('one'), /edited/)
    assert.equal((await firsts(roomId)).length, 1)
    assert.equal(await latestText(roomId), 'one')
  })

  test('an encrypted room is refused before anything is sent', async () => {
    const roomId = await ci.createRoom({
      initial_state: [{ type: 'm.room.encryption', content: { algorithm: 'm.megolm.v1.aes-sha2' } }],
    })
    for (const words of [['announce', 'secret'], ['status', 'start'], ['upload', import.meta.filename], ['commits']]) {
      const outcome = await notify([...words, '--room', roomId], { variables: account() })
      assert.equal(outcome.code, 9, `${words[0]}: ${outcome.stdout}${outcome.stderr}`)
      assert.match(outcome.stdout + outcome.stderr, /is encrypted/)
    }
    assert.deepEqual(await messages(roomId), [])
  })

  test('a secret as a flag is refused', async () => {
    const outcome = await notify(['whoami', '--token', 'sesame'], { variables: account() })
    assert.equal(outcome.code, 2)
    assert.match(outcome.stderr, /other users of the machine/)
  })
})
