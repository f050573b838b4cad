// The server's side of the definitions: a handler per endpoint of a group, typed by it.
import type { BodyOf, EndpointDefinition, PathOf, QueryOf, RequesterOf, ResponseOf } from './endpoint.ts'

/** A response that is JSON text already: served as it is, never parsed or checked. */
export class JsonText {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** A response with a status, headers or bytes of its own: pages, redirects, media. */
export interface RawResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** What is iterated is sent as it comes; whoever sends it also ends it. */
  readonly body: string | Uint8Array | AsyncIterable<Uint8Array> | undefined
}
export class Raw {
  readonly response: RawResponse
  constructor(response: RawResponse) {
    this.response = response
  }
}

/** What a handler is told: the parsed request and who sent it. */
export interface HandlerRequest<D extends EndpointDefinition, User, Server> {
  readonly requester: RequesterOf<D['auth'], User, Server>
  readonly path: PathOf<D>
  readonly query: QueryOf<D>
  readonly body: BodyOf<D>
  /** Request headers, names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Address of the caller, after trusted proxies. */
  readonly address: string
  /** Aborted when the caller goes away or the server stops. */
  readonly signal: AbortSignal
  /** The raw body for endpoints with `bytesBody`, as it arrives. */
  readonly bytes: AsyncIterable<Uint8Array> | undefined
}

export type Handler<D extends EndpointDefinition, Services, User, Server> = (
  services: Services,
  request: HandlerRequest<D, User, Server>,
) => Promise<ResponseOf<D> | JsonText | Raw>

/** The endpoints among a module's exports. */
export type EndpointsOf<Group> = {
  [Name in keyof Group as Group[Name] extends EndpointDefinition ? Name : never]: Extract<
    Group[Name],
    EndpointDefinition
  >
}

/** The endpoints of a group that have a handler of their own: those that another one routes (`routedBy`) have none. */
export type RoutedEndpointsOf<Group> = {
  [
    Name in keyof Group as Group[Name] extends { readonly routedBy: string }
      ? never
      : Group[Name] extends EndpointDefinition
        ? Name
        : never
  ]: Extract<Group[Name], EndpointDefinition>
}

/** One handler per endpoint of a group (a module of definitions, `import * as kicking`): a missing one does not compile. */
export type GroupHandlers<Group, Services, User, Server> = {
  readonly [Name in keyof RoutedEndpointsOf<Group>]: Handler<RoutedEndpointsOf<Group>[Name], Services, User, Server>
}
