// A certificate authority for tests, made with the openssl command in a temporary folder.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Certificate {
  /** PEM. */
  readonly cert: string
  readonly key: string
}

const keyOptions = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']

export class CertificateAuthority implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'myelin-ca-'))
  #issued = 0

  constructor() {
    this.#openssl(['req', '-x509', ...keyOptions, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Test authority'])
  }

  /** The authority's own certificate, PEM. */
  get ca(): string {
    return this.#read('ca.pem')
  }

  /** Path of the same. */
  get caFile(): string {
    return join(this.#folder, 'ca.pem')
  }

  /** A certificate for host names and IP addresses. */
  issue(...names: readonly string[]): Certificate {
    const id = `c${this.#issued++}`
    const alternatives = names.map((name) => `${isIP(name) === 0 ? 'DNS' : 'IP'}:${name}`).join(',')
    writeFileSync(join(this.#folder, `${id}.ext`), `subjectAltName=${alternatives}`)
    this.#openssl(['req', ...keyOptions, '-keyout', `${id}.key`, '-out', `${id}.csr`, '-subj', '/CN=test'])
    const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', `${id}.ext`]
    this.#openssl(['x509', '-req', '-in', `${id}.csr`, ...signing, '-out', `${id}.pem`])
    return { cert: this.#read(`${id}.pem`), key: this.#read(`${id}.key`) }
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #openssl(args: readonly string[]): void {
    execFileSync('openssl', args, { cwd: this.#folder, stdio: 'pipe' })
  }

  #read(file: string): string {
    return readFileSync(join(this.#folder, file), 'utf8')
  }
}
