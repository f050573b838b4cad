// What a report looks like, and that nothing hostile in it becomes markup, links or misleading text.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { renderReport } from './render-report.ts'
import { merged, type Report } from './report.ts'
import { duration, safeLink } from './text.ts'

const report: Report = {
  key: 'k',
  repository: { name: 'team/project', url: 'https://git.example/team/project' },
  ref: { kind: 'branch', name: 'main' },
  commit: {
    hash: 'a'.repeat(40),
    shortHash: 'aaaaaaa',
    author: 'Ada',
    subject: 'Fix it',
    link: 'https://git.example/c',
  },
  pipeline: { name: 'Tests #5', url: 'https://git.example/runs/5' },
  status: 'failed',
  change: 'still broken',
  failuresInARow: 3,
  durationMs: 182_000,
  jobs: [
    { name: 'lint', status: 'passed', durationMs: 900, at: 1 },
    { name: 'unit', status: 'failed', at: 2 },
  ],
  excerpt: '\u001b[31mAssertionError\u001b[0m: 1 < 2\r\nend',
}

test('a report as text', () => {
  assert.equal(
    renderReport(report).body,
    [
      '❌ team/project: Tests #5 failed (still broken, 3 in a row) on main in 3 min 2 s',
      'Ada committed aaaaaaa: Fix it',
      '✅ lint (900 ms) · ❌ unit',
      'https://git.example/runs/5',
      '',
      'AssertionError: 1 < 2',
      'end',
    ].join('\n'),
  )
})

test('a report as HTML', () => {
  assert.equal(
    renderReport(report).html,
    '❌ <a href="https://git.example/team/project">team/project</a>: <strong><a href="https://git.example/runs/5">Tests #5</a></strong> failed (still broken, 3 in a row) on main in 3 min 2 s' +
      '<br>Ada committed <a href="https://git.example/c"><code>aaaaaaa</code></a>: Fix it' +
      '<br>✅ lint (900 ms) · ❌ unit' +
      '<pre><code>AssertionError: 1 &lt; 2\nend</code></pre>',
  )
})

test('words instead of emoji', () => {
  assert.match(renderReport(report, { isPlain: true }).body, /^\[FAILED\] .*\n.*\n\[ok\] lint/)
})

test('whatever the names are, only our own tags are in the HTML and every link is of the web', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '<img src=x onerror=alert(1)>',
      '"><script>',
      "' onload='",
      '&lt;',
      '\u202Egnp.exe',
      'javascript:alert(1)',
    ),
  )
  fc.assert(
    fc.property(hostile, hostile, hostile, (name, url, text) => {
      const { html, body } = renderReport({
        ...report,
        repository: { name, url },
        ref: { kind: 'branch', name: text, url },
        commit: { hash: name, shortHash: name, author: text, subject: name, link: url },
        pipeline: { name: text, url },
        jobs: [{ name, url, status: 'passed', at: 1 }],
        excerpt: text,
      })
      const rest = html.replaceAll(/<\/?(strong|code|pre|a|br)>|<a href="https?:\/\/[^"<>]*">/g, '')
      assert.doesNotMatch(rest, /[<>"]/)
      assert.doesNotMatch(body, /[\u202A-\u202E\u2066-\u2069]/)
    }),
  )
})

test('links are of the web or none', () => {
  assert.equal(safeLink('javascript:alert(1)'), undefined)
  assert.equal(safeLink('data:text/html,x'), undefined)
  assert.equal(safeLink('https://a.example/b'), 'https://a.example/b')
})

test('durations as people say them', () => {
  assert.deepEqual([12, 12_000, 60_000, 182_000, 3_840_000].map(duration), [
    '12 ms',
    '12 s',
    '1 min',
    '3 min 2 s',
    '1 h 4 min',
  ])
})

test('two accounts of a pipeline come to one, whichever is read first', () => {
  const told = (at: number, status: 'running' | 'passed', name = 'unit'): Report => ({
    key: 'k',
    status: 'running',
    jobs: [{ name, status, at }],
  })
  const [early, late, other] = [told(1, 'running'), told(2, 'passed'), told(1, 'passed', 'lint')]
  for (const order of [
    [early, late, other],
    [late, other, early],
    [other, early, late],
  ]) {
    const all = order.reduce((a, b) => merged(a, b))
    assert.deepEqual(
      new Map(all.jobs.map(({ name, status }) => [name, status])),
      new Map([
        ['unit', 'passed'],
        ['lint', 'passed'],
      ]),
    )
  }
})

test('what has ended is not set going again by a late job', () => {
  const ended: Report = { key: 'k', status: 'failed', jobs: [] }
  assert.equal(merged(ended, { key: 'k', status: 'running', jobs: [] }).status, 'failed')
})
