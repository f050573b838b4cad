// What an endpoint is: one value from which routing, parsing, the typed client, the handler's type and the docs follow.
import type { Static, TObject, TSchema } from 'typebox'

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/**
 * Who may call: nobody in particular, a user with an access token (`user?`: token optional), an application service,
 * another homeserver (`X-Matrix` signed request), the homeserver itself (`hs_token`), a user of an identity server.
 */
export type Auth = 'none' | 'user' | 'user?' | 'appservice' | 'X-Matrix' | 'hs_token' | 'is-token'

export interface EndpointDefinition {
  readonly method: Method
  /** Path with `{name}` segments, e.g. `/_matrix/client/v3/rooms/{roomId}/kick`. */
  readonly path: string
  readonly auth: Auth
  /** Name of the endpoint with the same method and path that routes and answers for this one too. */
  readonly routedBy?: string
  /** Schemas of path parameters that are more than a plain string. Values are percent-decoded before they are checked. */
  readonly pathParameters?: Readonly<Record<string, TSchema>>
  /** Query parameters. Values arrive as text; numbers, booleans and arrays are converted as their schema asks. */
  readonly query?: TObject
  /**
   * Headers of the request beside those that follow from `auth` and the kind of body, as schemas of their text. Names are
   * written as in the specification; handlers find them in lower case.
   */
  readonly requestHeaders?: TObject
  /** The JSON body; absent when there is none. */
  readonly body?: TSchema
  /** The body is not JSON but form fields (`application/x-www-form-urlencoded`), as OAuth 2.0 has it. */
  readonly formBody?: boolean
  /** The body is a stream of bytes (media), not JSON. */
  readonly bytesBody?: boolean
  /** The JSON response of status 200. */
  readonly response: TSchema
  /** The response is a stream of bytes or a page or redirect, not JSON. */
  readonly bytesResponse?: boolean
  /** Headers of a successful answer or a redirect that are part of the endpoint. */
  readonly responseHeaders?: TObject
  /** May refuse with status 429, `M_LIMIT_EXCEEDED` and the header `Retry-After`. */
  readonly rateLimited?: boolean
  /** Guests may call it. */
  readonly guest?: boolean
  /** Uses the user-interactive authentication API. */
  readonly interactiveAuth?: boolean
  /** Protected by the room's server ACL. */
  readonly serverAcl?: boolean
  /** Spec version that added it; absent for what r0 had. */
  readonly since?: string
  /** Spec version that deprecated it. */
  readonly deprecated?: string
}

/** Defines an endpoint; the type keeps every literal so that paths and bodies can be inferred. */
export const endpoint = <const D extends EndpointDefinition>(definition: D): D => definition

/** Names of the `{…}` segments of a path template. */
export type PathParameterNames<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PathParameterNames<Rest>
  : never

/** Parsed path parameters: branded where the definition gives a schema, else strings. */
export type PathOf<D extends EndpointDefinition> = {
  readonly [Name in PathParameterNames<D['path']>]: D['pathParameters'] extends Readonly<Record<string, TSchema>>
    ? Name extends keyof D['pathParameters']
      ? Static<D['pathParameters'][Name]>
      : string
    : string
}
export type QueryOf<D extends EndpointDefinition> = D['query'] extends TObject
  ? Static<D['query']>
  : Record<string, never>
export type BodyOf<D extends EndpointDefinition> = D['body'] extends TSchema ? Static<D['body']> : undefined
export type ResponseOf<D extends EndpointDefinition> = Static<D['response']>

/** Who is calling, as the auth kind of the endpoint promises it. `Users` and `Servers` are the server program's own types. */
export type RequesterOf<A extends Auth, User, Server> = A extends 'user' | 'appservice'
  ? User
  : A extends 'user?'
    ? User | undefined
    : A extends 'X-Matrix'
      ? Server
      : undefined
