// Two servers of one room, each killed again and again while they send to one another: what a client or the other server was
// told of is on both afterwards, once, and so is what was begun and tried again under its transaction id.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { CertificateAuthority } from '@myelin/server/federation/testing/certificate-authority'
import { User } from './testing/api.ts'
import { freePort } from './testing/free-port.ts'
import { eventually } from './testing/network.ts'
import { ServerProcess } from './testing/server.ts'

const rounds = 3
const sendersPerServer = 6
const acknowledgedBeforeKill = 60

const authority = new CertificateAuthority()
const folder = mkdtempSync(join(tmpdir(), 'myelin-killed-'))
const servers: ServerProcess[] = []

before(async () => {
  const names = ['hs1.test', 'hs2.test']
  const ports = await Promise.all(names.map(() => freePort()))
  const overrides = names.map((name, index) => `${name}=127.0.0.1:${ports[index]}`).join(',')
  for (const [index, name] of names.entries()) {
    const { cert, key } = authority.issue(name)
    const [certFile, keyFile] = ['cert', 'key'].map((part) => join(folder, `${name}.${part}`))
    writeFileSync(certFile ?? '', cert)
    writeFileSync(keyFile ?? '', key)
    servers.push(
      await ServerProcess.start([
        ...['--server-name', name, '--listen-tls', `127.0.0.1:${ports[index]}`],
        ...['--tls-cert', certFile ?? '', '--tls-key', keyFile ?? ''],
        ...['--federation-allow-private-addresses', 'true', '--federation-trusted-ca-file', authority.caFile],
        ...['--federation-host-overrides', overrides],
      ]),
    )
  }
})
after(async () => {
  await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()))
  authority[Symbol.dispose]()
  rmSync(folder, { recursive: true, force: true })
})

/** Sends on and on, the same thing until it is acknowledged, until `isOver`. */
class Sender {
  /** What was acknowledged, in order. */
  readonly messages: string[] = []
  readonly toDevice: string[] = []
  readonly #user: User
  readonly #to: { readonly roomId: string; readonly device: User }

  constructor(user: User, to: { readonly roomId: string; readonly device: User }) {
    this.#user = user
    this.#to = to
  }

  async run(isOver: () => boolean, onAcknowledged: () => void): Promise<void> {
    const { userId } = this.#user
    for (let n = 0; !isOver(); n++) {
      const text = `${userId} ${n}`
      await this.#untilDone(async () => void (await this.#user.say(this.#to.roomId, text, `m${n}`)))
      this.messages.push(text)
      const path = `/sendToDevice/m.test/t${n}`
      const messages = { [this.#to.device.userId]: { [this.#to.device.deviceId]: { text } } }
      await this.#untilDone(async () => void (await this.#user.put(path, { messages })))
      this.toDevice.push(text)
      onAcknowledged()
    }
  }

  /** A server that is gone comes back. */
  async #untilDone(work: () => Promise<void>): Promise<void> {
    for (;;) {
      const isDone = await work().then(
        () => true,
        () => false,
      )
      if (isDone) return
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

/** What came to a device, oldest first: until nothing comes any more that many have come. */
async function received(user: User, since: string, count: number): Promise<string[]> {
  const texts: string[] = []
  let from = since
  await eventually(async () => {
    const { to_device, next_batch } = await user.sync({ since: from, timeout: '500' })
    const events: { content: { text: string } }[] = to_device?.events ?? []
    texts.push(...events.map(({ content }) => content.text))
    from = next_batch
    return events.length === 0 && texts.length >= count ? true : undefined
  })
  return texts
}

test('two servers that are killed while they send to one another lose nothing, and have nothing twice', async () => {
  const [one, two] = servers
  assert.ok(one && two)
  const [alice, bob] = [await User.register(one.baseUrl, 'alice'), await User.register(two.baseUrl, 'bob')]
  const roomId = await alice.createRoom({ preset: 'public_chat' })
  await bob.post(`/join/${encodeURIComponent(roomId)}?via=hs1.test`)
  const senders: Sender[] = []
  const tokens = [(await alice.sync()).next_batch, (await bob.sync()).next_batch]
  for (let n = 0; n < sendersPerServer; n++)
    for (const [server, device] of [
      [one, bob],
      [two, alice],
    ] as const) {
      const user = await User.register(server.baseUrl, `sender${n}`)
      await user.join(roomId)
      senders.push(new Sender(user, { roomId, device }))
    }
  let isOver = false
  let count = 0
  let enough = Promise.withResolvers<void>()
  const onAcknowledged = () => void (++count >= acknowledgedBeforeKill && enough.resolve())
  const sending = senders.map((sender) => sender.run(() => isOver, onAcknowledged))
  for (let round = 0; round < rounds; round++)
    for (const server of [two, one]) {
      count = 0
      enough = Promise.withResolvers()
      await enough.promise
      await server.kill('SIGKILL')
      await server.start()
    }
  isOver = true
  await Promise.all(sending)
  const said = senders.flatMap(({ messages }) => messages).toSorted()
  for (const user of [alice, bob]) {
    const bodies = () =>
      user.history(roomId).then((events) => events.map(({ content }) => content.body).filter(Boolean))
    await eventually(async () => ((await bodies()).length >= said.length ? true : undefined))
    assert.deepEqual((await bodies()).toSorted(), said, `${user.userId} has every message once`)
  }
  for (const [index, user] of [alice, bob].entries()) {
    const sent = senders.filter((_, n) => n % 2 !== index).flatMap(({ toDevice }) => toDevice)
    const came = await received(user, tokens[index] ?? '', sent.length)
    assert.deepEqual(came.toSorted(), sent.toSorted(), `${user.userId} has every message to the device once`)
    // Those of one sender are in the order in which they were sent.
    for (const { toDevice } of senders) {
      const own = new Set(toDevice)
      const inOrder = came.filter((text) => own.has(text))
      assert.deepEqual(inOrder, inOrder.length === 0 ? [] : toDevice)
    }
  }
})
