// A client for groups of endpoints of one's choice: a method per operation, typed by its definition.
import type { EndpointDefinition } from '../endpoint.ts'
import type { EndpointsOf } from '../handlers.ts'
import { Connection } from './connection.ts'
import type { AnswerOf, CallArguments, ConnectionOptions } from './connection.ts'

type Groups = Readonly<Record<string, object>>

type Intersection<Union> = (Union extends unknown ? (member: Union) => void : never) extends (all: infer All) => void
  ? All
  : never

/** One method per endpoint of a group, called after its export. */
export type GroupMethods<Group> = {
  readonly [Name in keyof EndpointsOf<Group>]: (
    ...args: CallArguments<EndpointsOf<Group>[Name]>
  ) => Promise<AnswerOf<EndpointsOf<Group>[Name]>>
}

/** The methods of all groups, and the connection they share. */
export type ClientOf<G extends Groups> = Intersection<{ [Name in keyof G]: GroupMethods<G[Name]> }[keyof G]> & {
  readonly connection: Connection
}

const isDefinition = (value: unknown): value is EndpointDefinition =>
  typeof value === 'object' && value !== null && 'method' in value && 'path' in value && 'response' in value

/** Makes a client of the groups (`{ kicking, banning }`, modules of definitions) over a connection of its own. */
export const clientOf = <const G extends Groups>(
  groups: G,
  baseUrl: string,
  options: ConnectionOptions = {},
): ClientOf<G> => {
  const connection = new Connection(baseUrl, options)
  const methods = Object.values(groups)
    .flatMap((group) => Object.entries(group))
    .filter(([, definition]) => isDefinition(definition))
    .map(([name, definition]) => [name, connection.call.bind(connection, definition)])
  return { ...Object.fromEntries(methods), connection }
}
