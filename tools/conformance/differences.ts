// Where the definitions differ from the specification's data on purpose: the problem as conformance words it (`*` stands
// for any characters but blanks) and the reason. A line that is needed no more is an error.

/** The problem and why it stays. */
export type Difference = readonly [problem: string, reason: string]

const wrongData = 'the data contradicts the prose'
const oldClients = 'clients older than v1.12 send it in place of via'
const shared = 'two operations have this method and path; one definition routes both and takes what either takes'
const freeForm = 'stands for any number of parameters with names of their own, which the definition lets through'
const unstable = 'clients in the field send it; see the unstable features'
const encrypted = 'the data says object where the prose says EncryptedFile'
const peers = 'real servers leave it out, and nothing depends on it'
const prose = 'the prose asks for it, the data does not have it'
const illustration = 'the example shows the place of the object or its fields instead of an object'
const edusApart = 'each is checked by itself: one that is none is left out, and the others count'

export const differences: readonly Difference[] = [
  ['server-server exchangeOpenIdToken: query parameter access_token is required there', 'without it the answer is 401'],
  ['client-server getRoomSummary: auth is user? here, X-Matrix there', wrongData],
  ['server-server sendTransaction body.edus[]: content is missing', edusApart],
  ['server-server sendTransaction body.edus[]: edu_type is missing', edusApart],
  ['server-server getEventByTimestamp: auth is X-Matrix here, accessToken there', 'the scheme it names is not defined'],
  ['event m.key.verification.accept: method is missing', 'required in the data, but defined nowhere'],
  ['pdu_v12: room_id is optional here, required there', 'create events of room version 12 have none, says the prose'],
  [
    'client-server getProtocols 200: an example does not fit: $.gitter.icon is missing',
    'the example lacks a required field',
  ],
  ['client-server uploadCrossSigningKeys 40*: errcode is required here, optional there', 'every error has a code'],
  ['room_key_bundle.room_keys: * is missing', 'the data gives properties to the list that belong to its items'],
  ['client-server inviteUser body: user_id is optional here, required there', shared],
  ['client-server getEvents: query parameter room_id is not in the specification', shared],
  ['client-server joinRoom: query parameter server_name is not in the specification', oldClients],
  ['client-server knockRoom: query parameter server_name is not in the specification', oldClients],
  ['client-server queryLocationByProtocol: query parameter fields is missing', freeForm],
  ['client-server queryUserByProtocol: query parameter fields is missing', freeForm],
  ['application-service queryLocationByProtocol: query parameter fields is missing', freeForm],
  ['application-service queryUserByProtocol: query parameter fields is missing', freeForm],
  ['client-server *: query parameter org.matrix.msc3715.dir is not in the specification', unstable],
  ['client-server *: query parameter org.matrix.msc3981.recurse is not in the specification', unstable],
  ['client-server *: query parameter org.matrix.msc4140.delay is not in the specification', unstable],
  ['client-server *: query parameter fi.mau.msc2815.include_unredacted_content is not in the specification', unstable],
  ['client-server sync: query parameter org.matrix.msc4222.use_state_after is not in the specification', unstable],
  ['client-server *: response header Content-Security-Policy is not in the specification', prose],
  ['client-server *: response header Cross-Origin-Resource-Policy is not in the specification', prose],
  ['event *file: * is required here, optional there', encrypted],
  ['server-server * body*: origin is optional here, required there', peers],
  ['server-server * 200*: origin* is optional here, required there', peers],
  ['server-server queryInfo 200: is bytes on one side only', 'the data gives no schema: the query decides, it is JSON'],
  ['m.relates_to: an example does not fit: $.rel_type is missing', illustration],
  ['olm_plaintext: an example does not fit: $.content must be object', illustration],
  [
    'data/api/client-server/content-repo.yaml: an example was not tried: {"description":"The content to be uploaded.","example":"<bytes>"}',
    'bytes have no schema',
  ],
]
