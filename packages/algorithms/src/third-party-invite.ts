// Third-party invites: who was invited by e-mail proves it by a signature of the identity server named in the room.
// https://spec.matrix.org/v1.19/client-server-api/#third-party-invites
import { decodeBase64, decodeBase64Url } from './base64.ts'
import { type JsonObject, isObject, member, stringMember } from './json.ts'
import { signedText, signingEntities, signingKeyIds, signatureOf, verifyText } from './signatures.ts'

/** The public keys of an `m.room.third_party_invite`: "a single public key", and "a list of public keys". */
export const inviteKeys = (content: JsonObject): readonly Uint8Array[] => {
  const list = member(content, 'public_keys')
  const listed = Array.isArray(list)
    ? list.map((entry: unknown) => (isObject(entry) ? stringMember(entry, 'public_key') : undefined))
    : []
  return [stringMember(content, 'public_key'), ...listed].flatMap((text) => {
    const key = text === undefined ? undefined : (decodeBase64(text) ?? decodeBase64Url(text))
    return key === undefined ? [] : [key]
  })
}

/** Whether "any signature in `signed` matches any public key in the `m.room.third_party_invite` event". */
export const verifyThirdPartyInvite = (signed: JsonObject, invite: JsonObject): boolean => {
  const keys = inviteKeys(invite)
  const text = keys.length === 0 ? '' : signedText(signed)
  return signingEntities(signed).some((entity) =>
    signingKeyIds(signed, entity).some((keyId) =>
      keys.some((key) => verifyText(text, signatureOf(signed, entity, keyId) ?? '', key)),
    ),
  )
}
