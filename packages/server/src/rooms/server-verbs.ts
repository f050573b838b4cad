// What other servers ask of the rooms: the verbs of federation's endpoints.
import { acceptJoin, acceptKnock, acceptLeave } from './accept-membership.ts'
import type { RoomsContext } from './context.ts'
import { makeMembership } from './make-membership.ts'
import { outgoingEvents, outgoingPdus } from './outgoing-events.ts'
import { receiveInvite } from './receive-invite.ts'
import { receivePdus } from './receive-transaction.ts'
import { recommendForServer } from './recommend-for-server.ts'
import { backfillForServer, eventForServer, missingForServer } from './serve-events.ts'
import { eventAuth, stateForServer, stateIdsForServer } from './serve-state.ts'
import { requireAdmitted } from './server-access.ts'
import { spaceForServer } from './space-for-server.ts'
import { acceptThirdPartyInvites, exchangeThirdPartyInvite } from './third-party-invite.ts'
import { timestampForServer } from './timestamp-search.ts'

/** A verb without its first parameter. */
export type Bound<V> = V extends (context: RoomsContext, ...rest: infer Rest) => infer Result
  ? (...rest: Rest) => Result
  : never

/** Binds a verb to the server's parts. */
export type Bind = <V extends (context: RoomsContext, ...rest: never[]) => unknown>(verb: V) => Bound<V>

/** The verbs, bound. */
export const serverVerbs = (bind: Bind) => ({
  requireAdmitted: bind(requireAdmitted),
  eventForServer: bind(eventForServer),
  backfillForServer: bind(backfillForServer),
  missingForServer: bind(missingForServer),
  stateForServer: bind(stateForServer),
  stateIdsForServer: bind(stateIdsForServer),
  eventAuth: bind(eventAuth),
  spaceForServer: bind(spaceForServer),
  exchangeThirdPartyInvite: bind(exchangeThirdPartyInvite),
  acceptThirdPartyInvites: bind(acceptThirdPartyInvites),
  timestampForServer: bind(timestampForServer),
  makeMembership: bind(makeMembership),
  acceptJoin: bind(acceptJoin),
  acceptLeave: bind(acceptLeave),
  acceptKnock: bind(acceptKnock),
  receiveInvite: bind(receiveInvite),
  receivePdus: bind(receivePdus),
  recommendForServer: bind(recommendForServer),
  outgoingEvents: bind(outgoingEvents),
  outgoingPdus: bind(outgoingPdus),
})
