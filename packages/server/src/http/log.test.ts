// What a log entry looks like, to machines and to people.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLog, type LogOptions } from './log.ts'

function lines(options: Pick<LogOptions, 'level' | 'format'>) {
  const written: string[] = []
  return { written, log: createLog({ ...options, write: (line) => void written.push(line), now: () => 0 }) }
}

test('machines get one JSON object a line, with the error and what caused it', () => {
  const { written, log } = lines({ level: 'info', format: 'json' })
  log.info('plain')
  log.error({ err: new Error('outer', { cause: new Error('inner') }), path: '/x' }, 'failed')
  const [plain, failed] = written.map((line) => JSON.parse(line))
  assert.deepEqual(plain, { level: 'info', time: '1970-01-01T00:00:00.000Z', msg: 'plain' })
  assert.deepEqual([failed.level, failed.msg, failed.path, failed.err.message], ['error', 'failed', '/x', 'outer'])
  assert.match(failed.err.stack, /outer[\s\S]*caused by[\s\S]*inner/)
})

test('people get a line', () => {
  const { written, log } = lines({ level: 'info', format: 'line' })
  log.warn({ signal: 'SIGTERM', count: 2 }, 'Stopping')
  assert.deepEqual(written, ['00:00:00.000 WARN  Stopping signal=SIGTERM count=2\n'])
})

test('what is below the level is not written', () => {
  const { written, log } = lines({ level: 'warn', format: 'json' })
  log.debug('no')
  log.info('no')
  log.fatal('yes')
  assert.equal(written.length, 1)
})
