// Ports for servers that are told where to listen, and that may be stopped and started again on the same port.
import { once } from 'node:events'
import { createServer } from 'node:net'

// Below those that a system gives to whoever asks for any, or connects: such a port could be gone before the server
// listens, or while it is stopped.
const first = 20_000
const count = 12_000
/** Test files run beside one another: each process begins elsewhere. */
let taken = (process.pid * 101) % count

/** A port of this machine on which nothing listens, and which is given out once. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = first + (taken++ % count)
    const server = createServer().listen(port, '127.0.0.1')
    try {
      await once(server, 'listening')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') continue
      throw error
    }
    server.close()
    await once(server, 'close')
    return port
  }
}
