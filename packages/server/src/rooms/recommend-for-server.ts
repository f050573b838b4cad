// Another server asks this one, as the policy server of a room, to sign an event.
// https://spec.matrix.org/v1.19/server-server-api/#post_matrixpolicyv1sign
import { isExemptFromPolicy, policyServerKeyId } from '@myelin/algorithms/policy-server'
import { MatrixError } from '@myelin/protocol/errors'
import type { RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import type { OwnPolicyServer } from './own-policy-server.ts'
import { isOwnPolicyServer } from './policy-server.ts'
import { parseIncoming, verifyIncoming } from './read-incoming.ts'
import { EventDropped } from './refusals.ts'
import { isAdmitted, useSharedRoom } from './server-access.ts'

export interface SigningRequest {
  /** The server that asks. */
  readonly origin: string
  /** The event. */
  readonly value: { readonly [key: string]: unknown }
}

type PolicySignatures = Record<string, Record<string, string>>

/** The signature, by server and key. Throws M_UNRECOGNIZED on a server that is none, M_NOT_FOUND, M_BAD_JSON, M_FORBIDDEN. */
export async function recommendForServer(context: RoomsContext, asked: SigningRequest): Promise<PolicySignatures> {
  const { ownPolicyServer } = context
  if (!ownPolicyServer) throw new MatrixError('M_UNRECOGNIZED', 'This is no policy server')
  const { room_id: roomId } = asked.value
  if (typeof roomId !== 'string') throw unknownRoom()
  return useSharedRoom(context, { roomId, origin: asked.origin }, async (room) => {
    if (!isOwnPolicyServer(context, room)) throw unknownRoom()
    if (!isAdmitted(room, asked.origin)) throw new MatrixError('M_FORBIDDEN', 'Server is banned from room')
    const signature = await signatureFor(context, room, { asked, ownPolicyServer })
    return { [context.serverName]: { [policyServerKeyId]: signature } }
  })
}

const unknownRoom = () => new MatrixError('M_NOT_FOUND', 'This is not the policy server of such a room')

interface Signing {
  readonly asked: SigningRequest
  readonly ownPolicyServer: OwnPolicyServer
}

async function signatureFor(
  context: RoomsContext,
  room: HotRoom,
  { asked, ownPolicyServer }: Signing,
): Promise<string> {
  try {
    const incoming = parseIncoming(asked.value, room.rules)
    if (incoming.isRedacted) throw new EventDropped('format', 'The content of the event does not match its hash')
    const { pdu } = incoming
    if (isExemptFromPolicy({ type: pdu.type, stateKey: pdu.state_key }))
      throw new EventDropped('refused', 'The event that names a policy server is not signed by one')
    await verifyIncoming(context, incoming, room.rules)
    return ownPolicyServer.recommend(room, pdu)
  } catch (error) {
    if (!(error instanceof EventDropped)) throw error
    const errcode = error.rule === 'format' ? 'M_BAD_JSON' : 'M_FORBIDDEN'
    throw new MatrixError(errcode, error.message, { status: 400, cause: error })
  }
}
