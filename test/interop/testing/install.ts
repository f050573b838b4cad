// The other homeservers, each installed once for all checkouts of this user.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const requirements = join(import.meta.dirname, '../requirements.txt')
const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'myelin-interop')
const commandTimeoutMs = 1_200_000

/** The program that is run, or which registry it could not be had from although nothing here is broken. */
export type Installation = { readonly program: string } | { readonly unreachable: string }

export function installed(installation: Installation): string {
  if ('unreachable' in installation) throw new Error(`${installation.unreachable} cannot be reached`)
  return installation.program
}

/**
 * The Python interpreter of an environment with what `requirements.txt` pins. Throws when that cannot be made for another
 * reason than the network.
 */
export function installSynapse(): Installation {
  const version = run('python3', ['--version']).stdout.trim()
  const key = createHash('sha256').update(readFileSync(requirements)).update(version).digest('hex').slice(0, 16)
  return once(key, 'bin/python', (folder) => {
    demand(run('python3', ['-m', 'venv', folder]), 'python3 -m venv')
    const options = ['--quiet', '--no-input', '--only-binary=:all:', '-r', requirements]
    const pip = run(join(folder, 'bin/python'), ['-m', 'pip', 'install', ...options])
    // pip says that it tries again only when a connection could not be made or broke.
    if (pip.status !== 0 && /after connection broken by|Max retries exceeded/.test(pip.stderr))
      return 'the Python package registry'
    demand(pip, 'pip install')
    return undefined
  })
}

/**
 * Dendrite, built with the Go that is here from the module's newest version under the Apache licence. Go checks it against
 * its checksum database. Throws when that fails for another reason than the network.
 */
export function installDendrite(): Installation {
  return once('dendrite-v0.13.8', 'dendrite', (folder) => {
    const go = run('go', ['install', 'github.com/matrix-org/dendrite/cmd/dendrite@v0.13.8'], { GOBIN: folder })
    if (go.status !== 0 && /dial tcp|no such host|i\/o timeout/.test(go.stderr)) return 'the Go module proxy'
    demand(go, 'go install')
    return undefined
  })
}

/** Runs `make` unless it has been run; it gives the registry that it could not reach, if so. */
function once(name: string, program: string, make: (folder: string) => string | undefined): Installation {
  const folder = join(cache, name)
  if (existsSync(folder)) return { program: join(folder, program) }
  // Made aside and moved when it is whole, so that neither a failure nor a second run leaves half of it.
  const aside = `${folder}-${process.pid}`
  try {
    const unreachable = make(aside)
    if (unreachable !== undefined) return { unreachable }
    if (!existsSync(folder)) renameSync(aside, folder)
  } finally {
    rmSync(aside, { recursive: true, force: true })
  }
  return { program: join(folder, program) }
}

interface Outcome {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

function run(
  command: string,
  parameters: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Outcome {
  const { status, stdout, stderr, error } = spawnSync(command, parameters, {
    encoding: 'utf8',
    env: { ...process.env, ...variables },
    timeout: commandTimeoutMs,
  })
  if (error) throw new Error(`${command} could not be run`, { cause: error })
  return { status, stdout, stderr }
}

function demand({ status, stderr }: Outcome, what: string): void {
  if (status !== 0) throw new Error(`${what} failed:\n${stderr}`)
}
