// What is served: each group of definitions with its handlers.
import * as adminEventsDefinitions from '@myelin/protocol/admin/events'
import * as adminFederationDefinitions from '@myelin/protocol/admin/federation'
import * as health from '@myelin/protocol/admin/health'
import * as adminJoinsDefinitions from '@myelin/protocol/admin/joins'
import * as adminMediaDefinitions from '@myelin/protocol/admin/media'
import * as adminLedgerDefinitions from '@myelin/protocol/admin/ledger'
import * as adminRegistrationTokensDefinitions from '@myelin/protocol/admin/registration-tokens'
import * as users from '@myelin/protocol/admin/users'
import * as webhooksDefinitions from '@myelin/protocol/admin/webhooks'
import { clientServerGroups as clientServer } from '@myelin/protocol/client-server/groups'
import * as formerNamesDefinitions from '@myelin/protocol/client-server/unstable/former_names'
import type { EndpointDefinition } from '@myelin/protocol/endpoint'
import { serverServerGroups as serverServer } from '@myelin/protocol/server-server/groups'
import type { HandlerRequest } from '@myelin/protocol/handlers'
import type { Requester } from '../accounts/accounts.ts'
import * as adminEvents from './admin/events.ts'
import * as adminFederation from './admin/federation.ts'
import * as adminHealth from './admin/health.ts'
import * as adminJoins from './admin/joins.ts'
import * as adminMedia from './admin/media.ts'
import * as adminLedger from './admin/ledger.ts'
import * as adminRegistrationTokens from './admin/registration-tokens.ts'
import * as adminUsers from './admin/users.ts'
import * as adminWebhooks from './admin/webhooks.ts'
import { formerNames } from './client/former_names.ts'
import { clientHandlers } from './client/handlers.ts'
import { federationHandlers } from './federation/handlers.ts'
import type { PeerServer, Services } from './handlers.ts'
import * as synapseRegister from './synapse-admin/register.ts'
import * as synapseRegisterDefinitions from '@myelin/protocol/synapse-admin/register'

type RouteRequest = HandlerRequest<EndpointDefinition, Requester, PeerServer>

/** An endpoint that is served: its definition, its operation's name, and the code behind it. */
export interface Route {
  readonly operation: string
  readonly definition: EndpointDefinition
  readonly handler: (services: Services, request: RouteRequest) => Promise<unknown>
}

type AnyHandlers = Readonly<Record<string, Route['handler']>>

/** The routes of one group: those of its definitions that have a handler. */
function routesOf(group: object, handlers: object): Route[] {
  const byOperation = handlers as AnyHandlers
  return Object.entries(group).flatMap(([operation, definition]) => {
    const handler = byOperation[operation]
    return handler === undefined ? [] : [{ operation, definition: definition as EndpointDefinition, handler }]
  })
}

const clientRoutes = Object.entries(clientHandlers).flatMap(([name, handlers]) =>
  routesOf(clientServer[name as keyof typeof clientServer], handlers),
)

/** The routes that lead to an operation by its former names. */
const formerRoutesOf = (route: Route): Route[] =>
  Object.entries<EndpointDefinition>(formerNamesDefinitions).flatMap(([name, definition]) =>
    formerNames.get(name) === route.operation ? [{ ...route, definition }] : [],
  )

export const routes: readonly Route[] = [
  ...clientRoutes,
  ...clientRoutes.flatMap(formerRoutesOf),
  ...Object.entries(federationHandlers).flatMap(([name, handlers]) =>
    routesOf(serverServer[name as keyof typeof serverServer], handlers),
  ),
  ...routesOf(health, adminHealth.handlers),
  ...routesOf(users, adminUsers.handlers),
  ...routesOf(adminEventsDefinitions, adminEvents.handlers),
  ...routesOf(webhooksDefinitions, adminWebhooks.handlers),
  ...routesOf(adminFederationDefinitions, adminFederation.handlers),
  ...routesOf(adminJoinsDefinitions, adminJoins.handlers),
  ...routesOf(adminMediaDefinitions, adminMedia.handlers),
  ...routesOf(adminLedgerDefinitions, adminLedger.handlers),
  ...routesOf(adminRegistrationTokensDefinitions, adminRegistrationTokens.handlers),
  ...routesOf(synapseRegisterDefinitions, synapseRegister.handlers),
]
