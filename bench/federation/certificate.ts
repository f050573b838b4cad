// A certificate authority of this run's own and a certificate of it, made with the openssl command.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface IssuedCertificate extends Disposable {
  /** Path of the authority's certificate, PEM. */
  readonly authorityFile: string
  readonly cert: string
  readonly key: string
}

const keyOptions = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']

/** A certificate for a host name, which may begin with a wildcard. */
export function issueCertificate(name: string): IssuedCertificate {
  const folder = mkdtempSync(join(tmpdir(), 'myelin-bench-ca-'))
  const openssl = (args: readonly string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  const read = (file: string) => readFileSync(join(folder, file), 'utf8')
  openssl(['req', '-x509', ...keyOptions, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Benchmark authority'])
  writeFileSync(join(folder, 'names.ext'), `subjectAltName=DNS:${name}`)
  openssl(['req', ...keyOptions, '-keyout', 'own.key', '-out', 'own.csr', '-subj', '/CN=benchmark'])
  const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'names.ext']
  openssl(['x509', '-req', '-in', 'own.csr', ...signing, '-out', 'own.pem'])
  return {
    authorityFile: join(folder, 'ca.pem'),
    cert: read('own.pem'),
    key: read('own.key'),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}
