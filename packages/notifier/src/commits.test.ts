// What git tells about commits, in a real repository.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { readCommits, webUrlOf } from './commits.ts'

describe('commits', () => {
  let repository: string
  const git = (...parameters: string[]) =>
    execFileSync(
      'git',
      ['-C', repository, '-c', 'user.name=Ada L', '-c', 'user.email=ada@example.org', ...parameters],
      { encoding: 'utf8' },
    )

  before(() => {
    repository = mkdtempSync(join(tmpdir(), 'myelin-commits-'))
    git('init', '-q', '-b', 'main')
    for (const subject of ['first', 'second "quoted"', 'third'])
      git('commit', '-q', '--allow-empty', '-m', `${subject}\n\nbody`)
    git('remote', 'add', 'origin', 'git@code.example:team/project.git')
  })
  after(() => rmSync(repository, { recursive: true }))

  test('without a range there is the newest one, with its link', async () => {
    const [commit, ...others] = await readCommits({ repository, countMax: 20 })
    const hash = git('rev-parse', 'HEAD').trim()
    assert.equal(others.length, 0)
    assert.deepEqual(commit, {
      hash,
      shortHash: hash.slice(0, 7),
      author: 'Ada L',
      email: 'ada@example.org',
      subject: 'third',
      link: `https://code.example/team/project/commit/${hash}`,
    })
  })

  test('a range comes oldest first and is bounded', async () => {
    for (const [countMax, subjects] of [
      [20, ['first', 'second "quoted"', 'third']],
      [2, ['second "quoted"', 'third']],
    ] as const) {
      const commits = await readCommits({ repository, range: 'HEAD', countMax })
      assert.deepEqual(
        commits.map(({ subject }) => subject),
        subjects,
      )
    }
  })

  test('an unknown range, an option in its place, and a folder without a repository are wrong use', async () => {
    const wrong = { name: 'NotifierError', kind: 'usage' }
    await assert.rejects(readCommits({ repository, range: 'nonsense', countMax: 1 }), wrong)
    await assert.rejects(readCommits({ repository, range: '--output=/tmp/x', countMax: 1 }), wrong)
    await assert.rejects(readCommits({ repository: tmpdir(), countMax: 1 }), wrong)
  })

  test('the web page follows from every form of remote', async () => {
    for (const remote of [
      'git@code.example:team/project.git',
      'https://user:token@code.example/team/project.git',
      'ssh://git@code.example:2222/team/project',
      'https://code.example/team/project/',
    ]) {
      git('remote', 'set-url', 'origin', remote)
      assert.equal(await webUrlOf(repository), 'https://code.example/team/project', remote)
    }
  })
})
