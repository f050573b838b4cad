// What most tests of federation begin with: a server with a user, beside a server that does as the test says.
import { after, before } from 'node:test'
import type { User } from './api.ts'
import { Network } from './network.ts'
import { RemoteServer } from './remote-server.ts'

export interface Beside {
  readonly net: Network
  /** Of the first server of the network. */
  readonly alice: User
  /** The server of the first name. */
  readonly remote: RemoteServer
}

/** Opens them before the tests of a file, for `use` to take, and closes them after; other names are of servers that are away. */
export function beside(
  names: readonly [string, ...string[]],
  use: (opened: Beside) => void,
  options?: Parameters<typeof Network.create>[2],
): void {
  let opened: Beside
  before(async () => {
    const net = await Network.create(1, names, options)
    opened = { net, alice: await net.server(0).user('alice'), remote: await RemoteServer.start(net, names[0]) }
    use(opened)
  })
  after(async () => {
    await opened.remote[Symbol.asyncDispose]()
    await opened.net[Symbol.asyncDispose]()
  })
}
