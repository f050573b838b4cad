// What DNS servers answer, and what that means: that there are no records, or that nobody can tell.
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { test } from 'node:test'
import { srvRecords } from './network-resolver.ts'

/** Asks a DNS server that answers every question with this code and no records, or not at all. */
async function askedOf(responseCode: number | undefined) {
  const server = createSocket('udp4', (question, { port, address }) => {
    if (responseCode === undefined) return
    const answer = Buffer.from(question)
    answer.writeUInt16BE(0x8180 | responseCode, 2)
    answer.writeUInt16BE(0, 10) // no additional records
    server.send(answer.subarray(0, question.indexOf(0, 12) + 5), port, address)
  }).bind(0, '127.0.0.1')
  await once(server, 'listening')
  const dns = new Resolver({ timeout: 100, tries: 1 })
  dns.setServers([`127.0.0.1:${server.address().port}`])
  try {
    return await srvRecords(dns, '_matrix-fed._tcp.a.test')
  } finally {
    server.close()
  }
}

const [noError, serverFailure, noSuchName, notImplemented, refused] = [0, 2, 3, 4, 5]

test('no such name, no such records, and a resolver that knows no such questions mean that there are none', async () => {
  for (const code of [noError, noSuchName, notImplemented]) assert.deepEqual(await askedOf(code), [], String(code))
})

test('a failure, a refusal and silence say nothing', async () => {
  for (const code of [serverFailure, refused, undefined]) await assert.rejects(askedOf(code), String(code))
})
