// Every file of application service endpoint definitions by name: what routing, conformance and the reference are made from.
import * as legacy from './legacy.ts'
import * as ping from './ping.ts'
import * as protocols from './protocols.ts'
import * as queryRoom from './query_room.ts'
import * as queryUser from './query_user.ts'
import * as transactions from './transactions.ts'
import * as unstable from './unstable.ts'

/** Endpoint definitions by the name of their file. */
export const applicationServiceGroups = {
  legacy,
  ping,
  protocols,
  query_room: queryRoom,
  query_user: queryUser,
  transactions,
  unstable,
} as const
