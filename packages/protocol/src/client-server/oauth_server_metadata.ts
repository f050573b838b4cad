// Discovery of the OAuth 2.0 authorization server.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { openEnum } from '../open-enum.ts'

/**
 * Returns the metadata of the OAuth 2.0 authorization server (RFC 8414).
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1auth_metadata
 */
export const getAuthMetadata = endpoint({
  method: 'GET',
  path: '/_matrix/client/v1/auth_metadata',
  auth: 'none',
  since: '1.15',
  response: Type.Object({
    issuer: Type.String(),
    authorization_endpoint: Type.String(),
    token_endpoint: Type.String(),
    revocation_endpoint: Type.String(),
    registration_endpoint: Type.String(),
    response_types_supported: Type.Array(Type.String()),
    grant_types_supported: Type.Array(Type.String()),
    response_modes_supported: Type.Array(Type.String()),
    code_challenge_methods_supported: Type.Array(Type.String()),
    prompt_values_supported: Type.Optional(Type.Array(Type.String())),
    account_management_uri: Type.Optional(Type.String()),
    account_management_actions_supported: Type.Optional(
      Type.Array(
        openEnum(
          'org.matrix.profile',
          'org.matrix.devices_list',
          'org.matrix.device_view',
          'org.matrix.device_delete',
          'org.matrix.account_deactivate',
          'org.matrix.cross_signing_reset',
        ),
      ),
    ),
    device_authorization_endpoint: Type.Optional(Type.String()),
  }),
})
