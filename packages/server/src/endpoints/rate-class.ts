// Which bucket a request draws from.
import type { RateClass } from '../http/rate-limits.ts'
import type { Route } from './routes.ts'

const named: Readonly<Record<string, RateClass>> = {
  register: 'register',
  checkUsernameAvailability: 'register',
  login: 'login',
  changePassword: 'login',
  createRoom: 'other',
  createContent: 'upload',
  uploadContent: 'upload',
  uploadContentToMXC: 'upload',
  sendMessage: 'send',
  setRoomStateWithKey: 'send',
  redactEvent: 'send',
  setTyping: 'send',
  postReceipt: 'send',
  setReadMarker: 'send',
  askPolicyServerToSign: 'send',
  askPolicyServerToSignMsc4284: 'send',
  // Anybody may call these, and they make this server call others.
  getPublicRooms: 'other',
  onBindThirdPartyIdentifier: 'other',
  postThirdPartyIdentifierBound: 'other',
}

/** Undefined where nothing is limited. Read-only endpoints are not, though the spec would allow it. */
export const rateClassOf = ({ operation, definition }: Route): RateClass | undefined =>
  named[operation] ?? (definition.rateLimited && definition.method !== 'GET' ? 'other' : undefined)
