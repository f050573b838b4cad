// The rooms of this server: every verb, bound to the server's parts.
import type { SigningKey } from '@myelin/algorithms/signatures'
import type { Environment } from '../environment.ts'
import { RememberedAnswers } from '../federation/remembered-answers.ts'
import { remoteDirectoriesMax, remoteDirectoryKeptMs } from '../limits.ts'
import { createKeyedMutex } from '../store/keyed-mutex.ts'
import type { Store } from '../store/store.ts'
import type { Users } from '../store/users.ts'
import { deleteAlias, localAliases, resolveAlias, setAlias } from './aliases.ts'
import { ban, unban } from './ban.ts'
import type { RoomHooks, RoomsContext, RoomsFederation } from './context.ts'
import { create } from './create.ts'
import { directoryVisibility, publicRooms, setDirectoryVisibility } from './directory.ts'
import { forget } from './forget.ts'
import type { HotRoom } from './hot-room.ts'
import { HotRooms } from './hot-rooms.ts'
import { invite } from './invite.ts'
import { Completions } from './completions.ts'
import { join } from './join.ts'
import { JoinJobs } from './join-jobs.ts'
import { resumeJoins } from './resume-joins.ts'
import { kick } from './kick.ts'
import { knock } from './knock.ts'
import type { OwnPolicyServer } from './own-policy-server.ts'
import { leaveAll } from './leave-all.ts'
import { leave } from './leave.ts'
import { loadRoom } from './load-room.ts'
import { ErasedUsers } from './erased-users.ts'
import { PolicyAnswers } from './policy-answers.ts'
import { updateProfile } from './profile-change.ts'
import { readingVerbs } from './reading-verbs.ts'
import { redact } from './redact.ts'
import { ReceivedTransactions } from './received-transactions.ts'
import { RedactedOriginals } from './redacted-originals.ts'
import { Refusals } from './refusals.ts'
import { Spaces } from './remote-spaces.ts'
import type { RoomEvent } from './room-event.ts'
import { roomNid } from './room-ids.ts'
import { send, sendState } from './send.ts'
import { StagedEvents } from './staged-events.ts'
import { findEvent } from './stored-event.ts'
import { takeIn } from './take-in.ts'
import { type Bind, type Bound, serverVerbs } from './server-verbs.ts'
import { Transactions } from './transactions.ts'
import { upgrade } from './upgrade.ts'

export interface RoomsOptions {
  readonly store: Store
  readonly users: Users
  readonly environment: Environment
  readonly config: { readonly serverName: string; readonly signingKey: SigningKey }
  readonly hooks: RoomHooks
  /** Absent on a server that does not federate. */
  readonly federation?: RoomsFederation
  readonly ownPolicyServer?: OwnPolicyServer | undefined
}

/** Builds the rooms of a server on its store. */
export function createRooms(options: RoomsOptions) {
  const context = contextOf(options)
  const { hotRooms, transactions } = context
  const bind: Bind = <V extends (context: RoomsContext, ...rest: never[]) => unknown>(verb: V) =>
    ((...rest: never[]) => verb(context, ...rest)) as Bound<V>
  return {
    create: bind(create),
    send: bind(send),
    sendState: bind(sendState),
    redact: bind(redact),
    join: bind(join),
    /** Joins of rooms of other servers that are under way. */
    joins: context.joins,
    /** Takes up the joins that the last stop cut short. */
    resumeJoins: bind(resumeJoins),
    leave: bind(leave),
    leaveAll: bind(leaveAll),
    forget: bind(forget),
    invite: bind(invite),
    kick: bind(kick),
    ban: bind(ban),
    unban: bind(unban),
    knock: bind(knock),
    upgrade: bind(upgrade),
    updateProfile: bind(updateProfile),
    ...readingVerbs(bind),
    takeIn: bind(takeIn),
    setAlias: bind(setAlias),
    deleteAlias: bind(deleteAlias),
    resolveAlias: bind(resolveAlias),
    localAliases: bind(localAliases),
    directoryVisibility: bind(directoryVisibility),
    setDirectoryVisibility: bind(setDirectoryVisibility),
    publicRooms: bind(publicRooms),
    ...serverVerbs(bind),
    /** The room in memory, loaded if need be; to read from. */
    hot: (nid: number): Promise<HotRoom> => hotRooms.get(nid),
    /** The room, if it is in memory: so is every room with events that are not durable yet. */
    peek: (nid: number): HotRoom | undefined => hotRooms.peek(nid),
    /** The room with that id; undefined if this server does not know it. */
    byId: async (roomId: string): Promise<HotRoom | undefined> => {
      const nid = await roomNid(context, roomId)
      return nid === undefined ? undefined : hotRooms.get(nid)
    },
    /** An event of the room by its id. */
    findEvent: (room: HotRoom, eventId: string): Promise<RoomEvent | undefined> => findEvent(context, room, eventId),
    /** Transaction ids of the events a device sent, once `load` has brought them in. */
    transactions,
    /** Runs what a transaction of another server brings, once. */
    receivedTransactions: context.receivedTransactions,
    /** Events of other servers that wait for what they follow. */
    stagedEvents: context.stagedEvents,
    /** Counts of events that were not accepted. */
    refusals: context.refusals,
    /** What the functions of this folder that are not verbs take first. */
    context,
  }
}

function contextOf(options: RoomsOptions): RoomsContext {
  const { store, users, environment, config, hooks, federation, ownPolicyServer } = options
  const { serverName, signingKey } = config
  const context: RoomsContext = {
    store,
    users,
    environment,
    federation,
    serverName,
    signingKey,
    hooks,
    hotRooms: new HotRooms(store, (nid) => loadRoom(store, serverName, nid)),
    joins: new JoinJobs(),
    completions: new Completions(),
    transactions: new Transactions(store, environment),
    receivedTransactions: new ReceivedTransactions(store, environment),
    refusals: new Refusals(),
    get stagedEvents() {
      return stagedEvents
    },
    redactedOriginals: new RedactedOriginals(environment),
    spaces: new Spaces(environment),
    ownPolicyServer,
    erasedUsers: new ErasedUsers(store),
    policyAnswers: new PolicyAnswers('other'),
    remoteDirectories: new RememberedAnswers({
      ...{ environment, answersMax: remoteDirectoriesMax, keptMs: remoteDirectoryKeptMs },
    }),
    mutex: createKeyedMutex(),
  }
  const stagedEvents = new StagedEvents(context)
  return context
}

export type Rooms = ReturnType<typeof createRooms>
