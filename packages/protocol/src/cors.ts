// Cross-origin headers: "servers MUST expect that clients will approach them with OPTIONS requests" from any origin.
// https://spec.matrix.org/v1.19/client-server-api/#web-browser-clients

/** Sent with every response, errors and preflights included. */
export const corsHeaders: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST, PUT, DELETE, OPTIONS',
  'access-control-allow-headers': 'X-Requested-With, Content-Type, Authorization',
}
