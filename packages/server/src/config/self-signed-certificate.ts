// A certificate for TLS where none was given: self-signed, ECDSA P-256, kept beside the keys. It encrypts; who is not
// told to trust it does not. https://www.rfc-editor.org/rfc/rfc5280#section-4.1
import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { isIP, isIPv4 } from 'node:net'
import { join } from 'node:path'

/** Paths of PEM files, as the settings tlsCert and tlsKey name them. */
export interface CertificateFiles {
  readonly tlsCert: string
  readonly tlsKey: string
}

const validMs = 10 * 365 * 24 * 60 * 60 * 1000

/** The certificate in `data/tls`, made at the first call for the host of `serverName`; `now` in ms since the epoch. */
export function selfSignedCertificate(data: string, serverName: string, now: number): CertificateFiles {
  const folder = join(data, 'tls')
  const files = { tlsCert: join(folder, 'self-signed.pem'), tlsKey: join(folder, 'self-signed.key') }
  if (existsSync(files.tlsCert)) return files
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const certificate = signed({ host: hostOf(serverName), from: now, until: now + validMs, privateKey, publicKey })
  writeFileSync(files.tlsKey, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  writeFileSync(files.tlsCert, pem(certificate))
  return files
}

/** `example.org:8448` → `example.org`, `[::1]:8448` → `::1` */
const hostOf = (serverName: string) => serverName.replace(/:[0-9]+$/, '').replace(/^\[(.*)\]$/, '$1')

interface Contents {
  readonly host: string
  /** Ms since the epoch, like `until`. */
  readonly from: number
  readonly until: number
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

function signed({ host, from, until, privateKey, publicKey }: Contents): Buffer {
  const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'))
  const commonName = sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from('Myelin, self-signed')))))
  const alternativeNames = sequence(oid('551d11'), der(0x04, sequence(alternativeName(host))))
  const contents = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(serialNumber()),
    ecdsaWithSha256,
    commonName,
    sequence(time(from), time(until)),
    commonName,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(alternativeNames)),
  )
  return sequence(contents, ecdsaWithSha256, bits(sign('sha256', contents, privateKey)))
}

/** 15 random bytes, positive and without a leading zero. */
const serialNumber = () => Buffer.concat([Buffer.from([0x40]), randomBytes(15)])

const alternativeName = (host: string) =>
  isIP(host) === 0 ? der(0x82, Buffer.from(host)) : der(0x87, addressBytes(host))

function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number))
  const [head = '', tail = ''] = address.split('::')
  const groups = (text: string) => text.split(':').filter(Boolean)
  const missing = 8 - groups(head).length - groups(tail).length
  const all = [...groups(head), ...Array<string>(missing).fill('0'), ...groups(tail)]
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex')
}

/** One element of the Distinguished Encoding Rules: tag, length, content. */
function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content)
  const { length } = body
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), body])
}

const sequence = (...content: readonly Uint8Array[]) => der(0x30, ...content)
const integer = (bytes: Buffer) => der(0x02, bytes)
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))
const bits = (bytes: Buffer) => der(0x03, Buffer.from([0]), bytes)

/** To the second: UTCTime before 2050, GeneralizedTime after. */
function time(ms: number): Buffer {
  const text = `${new Date(ms).toISOString().replaceAll(/[-:T]|\..*$/g, '')}Z`
  return new Date(ms).getUTCFullYear() < 2050 ? der(0x17, Buffer.from(text.slice(2))) : der(0x18, Buffer.from(text))
}

const pem = (certificate: Buffer) => {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}
