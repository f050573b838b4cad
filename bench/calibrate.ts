// What the machine can do at best: the limits that the figures of a scenario are read against.
import { generateKeyPairSync, sign } from 'node:crypto'
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { Connection } from './connection.ts'
import { table } from './percentiles.ts'

/** HTTP echoes, fdatasyncs and Ed25519 signatures, each per second on this machine now. */
export async function calibrate(): Promise<string> {
  return table([
    ['calibration', 'per second'],
    ['HTTP echo (PUT, 64 connections)', (await echoes()).toFixed(0)],
    ['fdatasync (1.5 KB appended)', fdatasyncs().toFixed(0)],
    ['Ed25519 signatures (node:crypto)', signatures().toFixed(0)],
  ])
}

const secondsEach = 2

async function echoes(): Promise<number> {
  const worker = new Worker(`(${echoServer.toString()})()`, { eval: true })
  const port = await new Promise<number>((resolve) => worker.once('message', resolve))
  const connections = await Promise.all(Array.from({ length: 64 }, () => Connection.open(`http://127.0.0.1:${port}`)))
  let count = 0
  const end = performance.now() + secondsEach * 1000
  await Promise.all(
    connections.map(async (connection) => {
      const bytes = connection.build({
        method: 'PUT',
        path: '/echo',
        body: { msgtype: 'm.text', body: 'x'.repeat(100) },
      })
      for (; performance.now() < end; count++) await connection.send(bytes)
    }),
  )
  for (const connection of connections) connection.close()
  await worker.terminate()
  return count / secondsEach
}

/** Runs in a thread of its own, as text. */
function echoServer(): void {
  const { createServer } = process.getBuiltinModule('node:http')
  const { parentPort } = process.getBuiltinModule('node:worker_threads')
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => response.end(Buffer.concat(chunks)))
  })
  server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port))
}

function fdatasyncs(): number {
  const folder = mkdtempSync(join(tmpdir(), 'myelin-bench-'))
  const file = openSync(join(folder, 'log'), 'w')
  const bytes = Buffer.alloc(1536, 'x')
  const end = performance.now() + secondsEach * 1000
  let count = 0
  for (; performance.now() < end; count++) {
    writeSync(file, bytes)
    fdatasyncSync(file)
  }
  closeSync(file)
  rmSync(folder, { recursive: true })
  return count / secondsEach
}

function signatures(): number {
  const { privateKey } = generateKeyPairSync('ed25519')
  const bytes = Buffer.alloc(900, 'x')
  const end = performance.now() + secondsEach * 1000
  let count = 0
  for (; performance.now() < end; count++) sign(null, bytes, privateKey)
  return count / secondsEach
}
