// Every file of identity service endpoint definitions by name: what routing and conformance are made from.
import * as v2Associations from './v2_associations.ts'
import * as v2Auth from './v2_auth.ts'
import * as v2EmailAssociations from './v2_email_associations.ts'
import * as v2InvitationSigning from './v2_invitation_signing.ts'
import * as v2Lookup from './v2_lookup.ts'
import * as v2PhoneAssociations from './v2_phone_associations.ts'
import * as v2Ping from './v2_ping.ts'
import * as v2Pubkey from './v2_pubkey.ts'
import * as v2StoreInvite from './v2_store_invite.ts'
import * as v2Terms from './v2_terms.ts'
import * as versions from './versions.ts'

/** Endpoint definitions by the name of their file. */
export const identityGroups = {
  v2_associations: v2Associations,
  v2_auth: v2Auth,
  v2_email_associations: v2EmailAssociations,
  v2_invitation_signing: v2InvitationSigning,
  v2_lookup: v2Lookup,
  v2_phone_associations: v2PhoneAssociations,
  v2_ping: v2Ping,
  v2_pubkey: v2Pubkey,
  v2_store_invite: v2StoreInvite,
  v2_terms: v2Terms,
  versions,
} as const
