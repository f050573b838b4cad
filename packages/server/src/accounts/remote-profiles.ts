// Profiles of users of other servers, asked of theirs and remembered for a moment: everybody may ask, and often.
// https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1queryprofile
import { serverNameOf } from '@myelin/algorithms/user-id'
import { MatrixError } from '@myelin/protocol/errors'
import type { UserId } from '@myelin/protocol/identifiers'
import { queryProfile } from '@myelin/protocol/server-server/query'
import type { Environment } from '../environment.ts'
import { BoundedMap } from '../federation/bounded-map.ts'
import type { PeerClient } from '../federation/peer-client.ts'
import { remoteProfileKeptMs, remoteProfilesMax } from '../limits.ts'

type Profile = Readonly<Record<string, unknown>>

interface Answer {
  readonly profile: Promise<Profile>
  readonly askedAt: number
}

export interface RemoteProfiles {
  /** Throws `M_NOT_FOUND` for users whose server does not know them, FederationError where it cannot be asked. */
  get(userId: string): Promise<Profile>
}

/** Without `peers`, every user of another server is unknown. */
export function createRemoteProfiles(environment: Environment, peers: PeerClient | undefined): RemoteProfiles {
  const answers = new BoundedMap<Answer>(remoteProfilesMax)
  const ask = (userId: string): Promise<Profile> => {
    if (!peers) throw new MatrixError('M_NOT_FOUND', 'There is no such user here')
    const answer = { profile: asked(peers, userId), askedAt: environment.now() }
    answers.set(userId, answer)
    answer.profile.catch(() => {
      if (answers.get(userId) === answer) answers.delete(userId)
    })
    return answer.profile
  }
  return {
    get: async (userId) => {
      const known = answers.get(userId)
      return known && environment.now() - known.askedAt < remoteProfileKeptMs ? known.profile : ask(userId)
    },
  }
}

const asked = (peers: PeerClient, userId: string): Promise<Profile> =>
  peers.call(serverNameOf(userId), queryProfile, { query: { user_id: userId as UserId } })
