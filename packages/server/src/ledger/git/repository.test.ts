// Objects and branches as stock git sees them, and what stock git leaves behind as this code sees it.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { signingKeyFromSeed } from '@myelin/algorithms/signing-key'
import { initRepository } from '../../config/git-store.ts'
import { encodeCommit, parseCommit } from './commit.ts'
import { emptyTreeId, objectId } from './object.ts'
import { openRepository } from './repository.ts'
import { sshFingerprint, sshPublicKey, sshSign, sshSigner } from './ssh-signature.ts'
import { Folder } from './tree.ts'

const key = signingKeyFromSeed('ed25519:a', Buffer.alloc(32, 7))
const branch = 'refs/heads/main'

describe('a repository without the git program', () => {
  let folder: string
  const git = (...parameters: string[]) => execFileSync('git', parameters, { cwd: folder, encoding: 'utf8' }).trim()
  const base = { author: 'hs1 <ledger@hs1>', timestampS: 1_700_000_000, message: 'Commit\n\nwith a body\n' }

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'myelin-git-'))
    initRepository(folder)
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  /** Commits a tree on top of the branch. */
  function commit(change: (tree: Folder) => void): string {
    using repository = openRepository(folder)
    const parent = repository.refs.read(branch)
    const from = parent && parseCommit(repository.objects.read(parent).data).tree
    const tree = new Folder(repository.objects, from)
    change(tree)
    const made = { ...base, tree: tree.write(), parents: parent === undefined ? [] : [parent] }
    const id = repository.objects.add(
      'commit',
      encodeCommit(made, (payload) => sshSign(payload, key)),
    )
    repository.objects.flush()
    repository.refs.update(branch, id, parent)
    return id
  }

  test('stock git reads what is written, and finds nothing to complain about', () => {
    const id = commit((tree) => {
      tree.setText('a.txt', 'one\n')
      tree.setText('a/b/c.txt', 'two\n')
      tree.setText('a-b', 'sorts between a.txt and a/\n')
    })
    assert.equal(git('rev-parse', 'main'), id)
    assert.equal(git('show', 'main:a/b/c.txt'), 'two')
    assert.equal(git('log', '--format=%s %an <%ae> %ct'), 'Commit hs1 <ledger@hs1> 1700000000')
    assert.equal(git('fsck', '--strict', '--full'), '')
  })

  test('a change writes only the folders on its way', () => {
    const before = git('rev-parse', 'main:a')
    commit((tree) => tree.setText('z/new.txt', 'three\n'))
    assert.equal(git('rev-parse', 'main:a'), before)
    assert.deepEqual(git('ls-tree', '-r', '--name-only', 'main').split('\n'), [
      'a-b',
      'a.txt',
      'a/b/c.txt',
      'z/new.txt',
    ])
  })

  test('stock git believes the signatures, by the key in allowed_signers', () => {
    const file = join(folder, 'allowed_signers')
    writeFileSync(file, `ledger@hs1 namespaces="git" ${sshPublicKey(key.publicKey)}\n`)
    git('-c', `gpg.ssh.allowedSignersFile=${file}`, 'verify-commit', 'main')
    const { payload, signature = '' } = parseCommit(
      execFileSync('git', ['cat-file', 'commit', 'main'], { cwd: folder }),
    )
    assert.deepEqual(Buffer.from(sshSigner(payload, signature) ?? []), Buffer.from(key.publicKey))
    assert.equal(sshSigner(Buffer.concat([payload, Buffer.from('!')]), signature), undefined)
    const keygen = execFileSync('ssh-keygen', ['-lf', '-'], { input: sshPublicKey(key.publicKey), encoding: 'utf8' })
    assert.ok(keygen.includes(sshFingerprint(key.publicKey)))
  })

  test('what git has repacked into differences, packed references and loose objects is read', () => {
    const lines = Array.from({ length: 200 }, (_, n) => `line ${n} of a file that grows\n`)
    for (const end of [50, 100, 150, 200]) commit((tree) => tree.setText('grows', lines.slice(0, end).join('')))
    git('repack', '-adq')
    git('pack-refs', '--all')
    const loose = execFileSync('git', ['hash-object', '-w', '--stdin'], {
      cwd: folder,
      input: 'loose\n',
      encoding: 'utf8',
    })
    using repository = openRepository(folder)
    const { objects, refs } = repository
    assert.equal(refs.read(branch), git('rev-parse', 'main'))
    assert.equal(objects.readChecked(loose.trim()).data.toString(), 'loose\n')
    const all = git('rev-list', '--objects', '--all')
      .split('\n')
      .map((line) => line.slice(0, 40))
    for (const id of all) {
      const { type, data } = objects.readChecked(id)
      assert.equal(objectId(type, data), id)
    }
    const tree = new Folder(objects, git('rev-parse', 'main^{tree}'))
    assert.equal(tree.text('grows'), lines.join(''))
  })

  test('a branch is moved only from where it is expected to be', () => {
    using repository = openRepository(folder)
    const at = repository.refs.read(branch)
    assert.throws(() => repository.refs.update(branch, emptyTreeId, emptyTreeId), /is at/)
    assert.equal(repository.refs.read(branch), at)
  })

  test('a branch that somebody else is changing is left alone', () => {
    writeFileSync(join(folder, '.git/refs/heads/main.lock'), '')
    using repository = openRepository(folder)
    assert.throws(() => repository.refs.update(branch, emptyTreeId, repository.refs.read(branch)), /another process/)
    assert.equal(repository.refs.readLock(branch), undefined)
    rmSync(join(folder, '.git/refs/heads/main.lock'))
  })

  test('a byte that has changed is found, and the object and its file are named', () => {
    const packs = join(folder, '.git/objects/pack')
    const before = new Set(readdirSync(packs))
    const id = commit((tree) => tree.setText('precious', 'do not change me, please\n'.repeat(20)))
    const pack = readdirSync(packs).find((name) => name.endsWith('.pack') && !before.has(name)) ?? ''
    const bytes = readFileSync(join(packs, pack))
    chmodSync(join(packs, pack), 0o600)
    // The commit is the last object of the pack, before the checksum.
    bytes[bytes.length - 40]! ^= 0xff
    writeFileSync(join(packs, pack), bytes)
    using repository = openRepository(folder)
    assert.throws(
      () => repository.objects.readChecked(id),
      ({ message }: Error) => message.includes(id) && message.includes(pack),
    )
  })
})
