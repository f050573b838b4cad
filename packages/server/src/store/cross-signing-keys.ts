// Cross-signing keys of users, and the signatures that local users made on the master keys of others.
import { sql } from './sql.ts'
import type { Reader, Row, Write } from './store.ts'

export type KeyUsage = 'master' | 'self_signing' | 'user_signing'

export interface CrossSigningRow extends Row {
  readonly usage: KeyUsage
  /** Unpadded base64. */
  readonly publicKey: string
  readonly json: string
}

export interface UserSignature extends Row {
  /** The master key that is signed. */
  readonly publicKey: string
  /** Of the user-signing key. */
  readonly keyId: string
  readonly signature: string
}

const ofUser = sql`SELECT usage, public_key AS "publicKey", json FROM cross_signing_keys WHERE user_nid = ${'userNid'}`
const upsert = sql`INSERT INTO cross_signing_keys (user_nid, usage, public_key, json)
  VALUES (${'userNid'}, ${'usage'}, ${'publicKey'}, ${'json'})
  ON CONFLICT (user_nid, usage) DO UPDATE SET public_key = excluded.public_key, json = excluded.json`
const removeAll = sql`DELETE FROM cross_signing_keys WHERE user_nid = ${'userNid'}`
const signatureOf = sql`SELECT public_key AS "publicKey", key_id AS "keyId", signature FROM user_signatures
  WHERE signer_nid = ${'signerNid'} AND target_nid = ${'targetNid'}`
const signedSince = sql`SELECT u.user_id AS "userId" FROM user_signatures s JOIN users u ON u.nid = s.target_nid
  WHERE s.signer_nid = ${'signerNid'} AND s.position > ${'since'} AND s.position <= ${'to'}`
const upsertSignature = sql`INSERT INTO user_signatures (signer_nid, target_nid, public_key, key_id, signature, position)
  VALUES (${'signerNid'}, ${'targetNid'}, ${'publicKey'}, ${'keyId'}, ${'signature'}, ${'position'})
  ON CONFLICT (signer_nid, target_nid) DO UPDATE SET public_key = excluded.public_key, key_id = excluded.key_id,
    signature = excluded.signature, position = excluded.position`
const removeSignatures = sql`DELETE FROM user_signatures WHERE signer_nid = ${'signerNid'}`

/** The cross-signing keys of a user. */
export const crossSigningKeysOf = (read: Reader, userNid: number): Promise<CrossSigningRow[]> =>
  read.all(ofUser, { userNid })

/** Sets a cross-signing key of a user. */
export function setCrossSigningKey(w: Write, userNid: number, { usage, publicKey, json }: CrossSigningRow): void {
  w.run(upsert, { userNid, usage, publicKey, json })
}

/** Forgets the cross-signing keys of a user. */
export function deleteCrossSigningKeys(w: Write, userNid: number): void {
  w.run(removeAll, { userNid })
}

/** The signature of one user on the master key of another. */
export const userSignature = (read: Reader, signerNid: number, targetNid: number): Promise<UserSignature | undefined> =>
  read.get(signatureOf, { signerNid, targetNid })

/** The users whose master keys the signer signed after `since` up to `to`. */
export const usersSignedSince = async (
  read: Reader,
  range: { readonly signerNid: number; readonly since: number; readonly to: number },
): Promise<string[]> =>
  (await read.all<{ userId: string }, keyof typeof range>(signedSince, range)).map((row) => row.userId)

export interface NewUserSignature extends UserSignature {
  readonly signerNid: number
  readonly targetNid: number
  /** Of the journal entry. */
  readonly position: number
}

/** Keeps a signature; an older one of the same signer on the same user is replaced. */
export function setUserSignature(w: Write, signature: NewUserSignature): void {
  w.run(upsertSignature, signature)
}

/** Forgets the signatures a user made. */
export function deleteUserSignatures(w: Write, signerNid: number): void {
  w.run(removeSignatures, { signerNid })
}
