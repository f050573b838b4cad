// A git repository as the store: git goes on working in it and does not see the data.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { dataOfStore } from './git-store.ts'

const git = (...parameters: string[]) => execFileSync('git', parameters, { encoding: 'utf8', stdio: 'pipe' }).trim()

function inFolder(check: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'myelin-git-store-'))
  try {
    check(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('the data is inside .git of a repository, and its status stays clean', () => {
  inFolder((folder) => {
    git('init', '-q', folder)
    const data = dataOfStore(folder)
    assert.equal(data, join(folder, '.git', 'matrix'))
    writeFileSync(join(data, 'myelin.db'), '')
    assert.equal(git('-C', folder, 'status', '--porcelain'), '')
    assert.equal(dataOfStore(folder), data)
  })
})

test('bare repositories and further work trees have it in their git folder', () => {
  inFolder((folder) => {
    const bare = join(folder, 'bare')
    git('init', '-q', '--bare', bare)
    assert.equal(dataOfStore(bare), join(bare, 'matrix'))
    const tree = join(folder, 'tree')
    mkdirSync(tree)
    writeFileSync(join(tree, '.git'), 'gitdir: ../bare/worktrees/tree\n')
    assert.equal(dataOfStore(tree), join(bare, 'worktrees/tree/matrix'))
  })
})

test('a folder that is missing or no repository becomes one; a data folder stays what it is', () => {
  inFolder((folder) => {
    const store = join(folder, 'new', 'store')
    assert.equal(dataOfStore(store), join(store, '.git', 'matrix'))
    assert.equal(git('-C', store, 'symbolic-ref', 'HEAD'), 'refs/heads/main')
    assert.equal(git('-C', store, 'status', '--porcelain'), '')
    writeFileSync(join(folder, 'myelin.db'), '')
    assert.equal(dataOfStore(folder), folder)
  })
})
