// Profiles of users of other servers, asked of theirs and remembered for a moment: everybody may ask, and often.
// https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1queryprofile
import { serverNameOf } from '@myelin/algorithms/user-id'
import { MatrixError } from '@myelin/protocol/errors'
import type { UserId } from '@myelin/protocol/identifiers'
import { endpoint } from '@myelin/protocol/endpoint'
import { JsonObject } from '@myelin/protocol/json-object'
import { queryProfile } from '@myelin/protocol/server-server/query'
import type { Environment } from '../environment.ts'
import type { PeerClient } from '../federation/peer-client.ts'
import { RememberedAnswers } from '../federation/remembered-answers.ts'
import { remoteProfileKeptMs, remoteProfilesMax } from '../limits.ts'

type Profile = Readonly<Record<string, unknown>>

export interface RemoteProfiles {
  /** Throws `M_NOT_FOUND` for users whose server does not know them, FederationError where it cannot be asked. */
  get(userId: string): Promise<Profile>
}

/** Without `peers`, every user of another server is unknown. */
export function createRemoteProfiles(environment: Environment, peers: PeerClient | undefined): RemoteProfiles {
  const options = { environment, answersMax: remoteProfilesMax, keptMs: remoteProfileKeptMs }
  const answers = new RememberedAnswers(options)
  return {
    get: async (userId) => {
      if (!peers) throw new MatrixError('M_NOT_FOUND', 'There is no such user here')
      return JSON.parse(await answers.get(userId, () => asked(peers, userId))) as Profile
    },
  }
}

/** As the specification has it, but that no field spoils the others. */
const askForProfile = endpoint({ ...queryProfile, response: JsonObject })

async function asked(peers: PeerClient, userId: string): Promise<string> {
  const query = { user_id: userId as UserId }
  const profile = await peers.call(serverNameOf(userId), askForProfile, { query })
  const given = Object.entries(profile).filter(([field, value]) => typeof value === 'string' || !textFields.has(field))
  return JSON.stringify(Object.fromEntries(given))
}

/** "MUST either be omitted or set to `null` if the user does not have" one: clients are given texts. */
const textFields: ReadonlySet<string> = new Set(['displayname', 'avatar_url', 'm.tz'])
