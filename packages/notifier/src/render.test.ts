// What a commit looks like in a room.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { announcement } from './render.ts'

const commit = {
  hash: 'a'.repeat(40),
  shortHash: 'aaaaaaa',
  author: 'Ada',
  subject: 'Fix <b>&"it"',
  link: 'https://git.example/r/commit/aaa',
}

test('author, short hash, subject and link are in the text', () => {
  assert.equal(announcement(commit).body, 'Ada committed aaaaaaa: Fix <b>&"it"\nhttps://git.example/r/commit/aaa')
})

test('nothing from the repository becomes markup', () => {
  assert.equal(
    announcement(commit).formatted_body,
    '<strong>Ada</strong> committed <a href="https://git.example/r/commit/aaa"><code>aaaaaaa</code></a>: Fix &lt;b&gt;&amp;&quot;it&quot;',
  )
})

test('control and direction-changing characters are taken out', () => {
  assert.equal(
    announcement({ ...commit, subject: 'a\u202Eb\u0007c', link: undefined }).body,
    'Ada committed aaaaaaa: a b c',
  )
})
