// Third-party identifiers: this server keeps none.
// https://spec.matrix.org/v1.19/client-server-api/#adding-account-administrative-contact-information
import type * as administrativeContact from '@myelin/protocol/client-server/administrative_contact'
import { MatrixError } from '@myelin/protocol/errors'
import type { Handlers } from '../handlers.ts'

const denied = async (): Promise<never> => {
  throw new MatrixError('M_THREEPID_DENIED', 'This server keeps no email addresses or phone numbers')
}

export const handlers: Handlers<typeof administrativeContact> = {
  getAccount3PIDs: async () => ({ threepids: [] }),
  post3PIDs: denied,
  add3PID: denied,
  bind3PID: denied,
  delete3pidFromAccount: async () => ({ id_server_unbind_result: 'no-support' }),
  unbind3pidFromAccount: async () => ({ id_server_unbind_result: 'no-support' }),
  requestTokenTo3PIDEmail: denied,
  requestTokenTo3PIDMSISDN: denied,
}
