// Synapse in a Python environment of its own, installed once for all checkouts of this user.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const requirements = join(import.meta.dirname, '../requirements.txt')
const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'myelin-interop')
const pipTimeoutMs = 180_000

/** The Python interpreter of the environment, or why there is none although nothing here is broken. */
export type Installation = { readonly python: string } | { readonly unreachable: string }

/** Installs what `requirements.txt` pins, unless it is there. Throws when that fails for another reason than the network. */
export function installSynapse(): Installation {
  const version = run('python3', ['--version']).stdout.trim()
  const key = createHash('sha256').update(readFileSync(requirements)).update(version).digest('hex').slice(0, 16)
  const folder = join(cache, key)
  if (existsSync(folder)) return { python: pythonIn(folder) }
  // Made aside and moved when it is whole, so that neither a failure nor a second run leaves half of it.
  const aside = `${folder}-${process.pid}`
  try {
    demand(run('python3', ['-m', 'venv', aside]), 'python3 -m venv')
    const options = ['--quiet', '--no-input', '--only-binary=:all:', '-r', requirements]
    const pip = run(pythonIn(aside), ['-m', 'pip', 'install', ...options])
    if (pip.status !== 0 && isUnreachable(pip.stderr)) return { unreachable: 'the Python package registry' }
    demand(pip, 'pip install')
    if (!existsSync(folder)) renameSync(aside, folder)
  } finally {
    rmSync(aside, { recursive: true, force: true })
  }
  return { python: pythonIn(folder) }
}

const pythonIn = (folder: string): string => join(folder, 'bin/python')

interface Outcome {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

function run(command: string, parameters: readonly string[]): Outcome {
  const { status, stdout, stderr, error } = spawnSync(command, parameters, { encoding: 'utf8', timeout: pipTimeoutMs })
  if (error) throw new Error(`${command} could not be run`, { cause: error })
  return { status, stdout, stderr }
}

function demand({ status, stderr }: Outcome, what: string): void {
  if (status !== 0) throw new Error(`${what} failed:\n${stderr}`)
}

/** pip says that it tries again only when a connection could not be made or broke. */
const isUnreachable = (stderr: string): boolean => /after connection broken by|Max retries exceeded/.test(stderr)
