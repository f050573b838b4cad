// Which requests to join lead to another server: by the names in them.
import { MatrixError } from '@myelin/protocol/errors'

interface Joining {
  readonly operation: string
  readonly path: Readonly<Record<string, string>>
  readonly query: string
}

const joining: ReadonlySet<string> = new Set(['joinRoom', 'joinRoomById'])

/**
 * Throws `M_FORBIDDEN` when a join names a room of another server: by the server part of the alias or room ID, or, where
 * the ID has none, by servers to ask of which this is not one.
 */
export function requireOwnRoom({ operation, path, query }: Joining, serverName: string): void {
  if (!joining.has(operation)) return
  const [, server] = /^[^:]*:(.+)$/.exec(path['roomIdOrAlias'] ?? path['roomId'] ?? '') ?? []
  const parameters = new URLSearchParams(query)
  const asked = [...parameters.getAll('via'), ...parameters.getAll('server_name')]
  const isOwn = server === undefined ? asked.length === 0 || asked.includes(serverName) : server === serverName
  if (!isOwn) throw new MatrixError('M_FORBIDDEN', 'This server joins no rooms of other servers')
}
