// The encryption library, loaded only when a room asks for it, and the requests it wants sent.
import type * as CryptoLibrary from '@matrix-org/matrix-sdk-crypto-wasm'
import type { KeysUploadRequest, OlmMachine, SignatureUploadRequest } from '@matrix-org/matrix-sdk-crypto-wasm'
import { uploadCrossSigningSignatures } from '@myelin/protocol/client-server/cross_signing'
import { claimKeys, queryKeys, uploadKeys } from '@myelin/protocol/client-server/keys'
import { sendToDevice } from '@myelin/protocol/client-server/to_device'
import { NotifierError } from '../failure.ts'
import type { Homeserver } from '../homeserver.ts'

export type Library = typeof CryptoLibrary

/** Loads the library. Throws `NotifierError` of kind `encrypted` where it is not installed. */
export async function loadLibrary(): Promise<Library> {
  try {
    const library = await import('@matrix-org/matrix-sdk-crypto-wasm')
    await library.initAsync()
    return library
  } catch (cause) {
    throw new NotifierError(
      'encrypted',
      'Encrypted rooms need the package @matrix-org/matrix-sdk-crypto-wasm: install it beside myelin-notify',
      { cause },
    )
  }
}

export type KeyRequest = Pick<KeysUploadRequest | SignatureUploadRequest, 'body' | 'type'> & {
  readonly id?: string | undefined
  readonly event_type?: string
  readonly txn_id?: string
}

/** Sends what the library asks for, and tells it the answers. */
export async function sendOutgoing(homeserver: Homeserver, machine: OlmMachine, library: Library): Promise<void> {
  for (const request of await machine.outgoingRequests()) await sendRequest(homeserver, { machine, library, request })
}

export interface Sending {
  readonly machine: OlmMachine
  readonly library: Library
  readonly request: KeyRequest
}

/** Sends one of its requests, and tells it the answer. */
export async function sendRequest(homeserver: Homeserver, { machine, library, request }: Sending): Promise<void> {
  const answer = await answerTo(homeserver, library, request)
  if (request.id !== undefined) await machine.markRequestAsSent(request.id, request.type, JSON.stringify(answer))
}

function answerTo(homeserver: Homeserver, { RequestType }: Library, request: KeyRequest): Promise<object> {
  const body = JSON.parse(request.body) as Record<string, never>
  const { type } = request
  if (type === RequestType.KeysUpload) return homeserver.call(uploadKeys, body)
  if (type === RequestType.KeysQuery) return homeserver.call(queryKeys, { device_keys: {}, ...body })
  if (type === RequestType.KeysClaim) return homeserver.call(claimKeys, { one_time_keys: {}, ...body })
  if (type === RequestType.SignatureUpload) return homeserver.call(uploadCrossSigningSignatures, { body })
  const { event_type: eventType = '', txn_id: txnId = '' } = request
  return homeserver.call(sendToDevice, { eventType, txnId, messages: {}, ...body })
}
