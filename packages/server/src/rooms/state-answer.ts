// A state as a resident server gives it, with a join or later: it may be very long, and is taken in as it arrives.
import type { EndpointDefinition } from '@myelin/protocol/endpoint'
import { isServerName } from '@myelin/protocol/identifiers'
import { parseJsonText } from '@myelin/protocol/json-text'
import { Pdu } from '@myelin/protocol/server-server/definitions/pdu'
import { MatrixError } from '@myelin/protocol/errors'
import { FederationError } from '../federation/federation-error.ts'
import type { StreamedValue } from '../federation/json-stream.ts'
import type { PeerInput } from '../federation/peer-client.ts'
import { streamAnswer } from '../federation/streamed-answer.ts'
import { joinAnswerTimeoutMs, joinResponseBytesMax, serversInRoomMax } from '../federation-limits.ts'
import type { RoomsContext } from './context.ts'
import type { EventImport } from './import-events.ts'
import type { JoinJob } from './join-jobs.ts'
import { federationOf } from './read-incoming.ts'

export interface Asking<D extends EndpointDefinition> {
  readonly server: string
  readonly definition: D
  readonly input: PeerInput<D>
  readonly signal?: AbortSignal | undefined
  /** Is told how far it has come. */
  readonly job?: JoinJob
}

export interface JoinAnswer {
  /** The join as the other server signed it. */
  readonly event: unknown
  readonly areMembersOmitted: boolean
  readonly serversInRoom: readonly string[]
}

const stateLists: ReadonlySet<string> = new Set(['state', 'pdus'])

/** Takes the events of an answer in and judges them; `state` and `pdus` make up the state. Throws FederationError. */
export async function readStateAnswer<const D extends EndpointDefinition>(
  context: RoomsContext,
  importing: EventImport,
  asking: Asking<D>,
): Promise<JoinAnswer> {
  const { server, job, signal = job?.signal } = asking
  if (job) Object.assign(job, { server, phase: 'receiving' })
  const found = { event: undefined as unknown, areMembersOmitted: false, serversInRoom: [] as string[] }
  const stream = streamAnswer(federationOf(context).peers, server, {
    definition: asking.definition,
    input: asking.input,
    lists: ['state', 'pdus', 'auth_chain', 'servers_in_room'],
    values: ['event', 'members_omitted'],
    bytesMax: joinResponseBytesMax,
    answerTimeoutMs: joinAnswerTimeoutMs,
    signal,
  })
  try {
    for await (const value of stream) {
      const { key, text, isElement } = value
      if (key === 'event') found.event = parsed(server, value)
      else if (key === 'members_omitted') found.areMembersOmitted = text === 'true'
      else if (key === 'servers_in_room') {
        const name = parsed(server, value)
        if (typeof name === 'string' && isServerName(name) && found.serversInRoom.length < serversInRoomMax)
          found.serversInRoom.push(name)
      } else if (isElement)
        await importing.add(parsed(server, value), { isState: stateLists.has(key), bytes: text.length })
    }
  } catch (error) {
    await importing.settle()
    throw error
  }
  if (job) job.phase = 'judging'
  await importing.judge(signal)
  return found
}

function parsed(serverName: string, { text }: StreamedValue): unknown {
  try {
    return parseJsonText(text, Pdu)
  } catch (cause) {
    if (!(cause instanceof MatrixError)) throw cause
    throw new FederationError('malformed', serverName, 'gave what is not JSON', { cause })
  }
}
