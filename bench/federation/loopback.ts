// Names of servers that any homeserver of this machine finds without being told where they are: addresses of this machine
// (on Linux all of 127.0.0.0/8) with a port.
import type { Certificate, CertificateAuthority } from '@myelin/server/federation/testing/certificate-authority'

const addressesMax = 200
const addresses = Array.from({ length: addressesMax }, (_, index) => `127.1.0.${index + 1}`)

/** So many servers, at most 200, that all listen on one port. */
export const loopbackNames = (count: number, port: number): string[] =>
  addresses.slice(0, count).map((address) => `${address}:${port}`)

/** For all of these names. */
export const loopbackCertificate = (authority: CertificateAuthority): Certificate => authority.issue(...addresses)
