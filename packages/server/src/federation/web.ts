// GET requests to URLs that somebody else has named: redirects are followed a few times, and at each the address is looked
// at before it is connected to.
import { AddressRefused } from './address-guard.ts'
import { discard, type Outbound, type OutboundResponse } from './outbound.ts'

export interface WebRequest {
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  readonly redirectsMax: number
  /** `https:` alone unless told. */
  readonly mayBePlain?: boolean
}

export interface WebResponse extends OutboundResponse {
  /** Where the redirects have led. */
  readonly url: URL
}

/** The answer, whatever its status. Throws AddressRefused for URLs nobody is to be sent to, and what connections fail with. */
export async function getFromWeb(outbound: Outbound, start: URL, request: WebRequest): Promise<WebResponse> {
  let url = start
  for (let redirects = 0; redirects <= request.redirectsMax; redirects++) {
    const response = await get(outbound, url, request)
    const { location } = response.headers
    if (response.status < 300 || response.status > 399 || location === undefined) return { ...response, url }
    discard(response.body)
    if (!URL.canParse(location, url)) throw new AddressRefused(`${url.host} redirects to what is no URL`)
    url = new URL(location, url)
  }
  throw new AddressRefused(`${start.host} redirects too often`)
}

function get(outbound: Outbound, url: URL, request: WebRequest): Promise<OutboundResponse> {
  const isPlain = url.protocol === 'http:'
  if (url.protocol !== 'https:' && !(isPlain && request.mayBePlain === true))
    throw new AddressRefused(`${url.protocol} is not fetched`)
  if (url.username !== '' || url.password !== '') throw new AddressRefused('URLs with a password are not fetched')
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  return outbound.request({
    endpoint: { host, port: Number(url.port || (isPlain ? 80 : 443)) },
    isPlain,
    hostHeader: url.host,
    certificateName: host,
    method: 'GET',
    uri: url.pathname + url.search,
    headers: { ...request.headers },
    signal: request.signal,
  })
}
