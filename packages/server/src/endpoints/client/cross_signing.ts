// Cross-signing: https://spec.matrix.org/v1.19/client-server-api/#cross-signing
import type * as crossSigning from '@myelin/protocol/client-server/cross_signing'
import { passwordFlows } from '../../accounts/interactive-auth.ts'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof crossSigning> = {
  uploadCrossSigningKeys: async ({ encryption, accounts }, { requester, body }) => {
    const { auth, ...upload } = body
    const operation = { operation: 'uploadCrossSigningKeys', userId: requester.userId, flows: passwordFlows }
    const authorize = () => accounts.interactiveAuth.authorize({ ...operation, auth, parameters: upload })
    await encryption.uploadCrossSigningKeys(requester, { upload, authorize })
    return {}
  },

  uploadCrossSigningSignatures: async ({ encryption }, { requester, body }) => ({
    failures: await encryption.uploadSignatures(requester, body),
  }),
}
