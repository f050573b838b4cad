// `node tools/complete-lock.ts`, after any change of dependencies: adds to package-lock.json the packages for other
// platforms that npm left out because the registry in use did not have them. Without their entries `npm ci` refuses.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

interface LockEntry {
  readonly version?: string
  readonly dev?: boolean
  readonly optional?: boolean
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
  readonly libc?: readonly string[]
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const path = join(import.meta.dirname, '../package-lock.json')
const lock = JSON.parse(readFileSync(path, 'utf8')) as { packages: Record<string, LockEntry> }

for (const [parent, { optionalDependencies = {}, dev }] of Object.entries(lock.packages))
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const isExact = /^\d/.test(version) // a range says too little to write an entry from
    if (!isExact || isLocked(parent, name)) continue
    lock.packages[placeOf(parent, name)] = { version, ...platformOf(name), ...(dev ? { dev } : {}), optional: true }
  }

const sorted = Object.fromEntries(Object.entries(lock.packages).toSorted(([a], [b]) => (a < b ? -1 : 1)))
writeFileSync(path, `${JSON.stringify({ ...lock, packages: sorted }, undefined, 2)}\n`)

function isLocked(parent: string, name: string): boolean {
  return (
    `${parent}/node_modules/${name}` in lock.packages ||
    lock.packages[`node_modules/${name}`]?.version === lock.packages[parent]?.optionalDependencies?.[name]
  )
}

/** At the top unless another version has that place. */
function placeOf(parent: string, name: string): string {
  const top = `node_modules/${name}`
  return top in lock.packages ? `${parent}/${top}` : top
}

/** `@oxlint/binding-linux-arm64-musl` → os linux, cpu arm64, libc musl. Unknown parts keep it from every platform. */
function platformOf(name: string): Pick<LockEntry, 'os' | 'cpu' | 'libc'> {
  const parts = name.split(/[/-]/)
  const os =
    ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'].find((each) => parts.includes(each)) ?? 'none'
  const cpu =
    ['arm64', 'arm', 'x64', 'ia32', 'ppc64', 'riscv64', 's390x', 'wasm32'].find((each) => parts.includes(each)) ??
    'none'
  const libc = parts.some((part) => part.startsWith('musl'))
    ? ['musl']
    : parts.some((part) => part.startsWith('gnu'))
      ? ['glibc']
      : undefined
  return { os: [os], cpu: [cpu], ...(libc && os === 'linux' ? { libc } : {}) }
}
