// Taking over the store of ocaml-matrix: `myelin import-seed`, and `myelin ci-server` at its first start on one.
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dataOfStore, gitFolderOf } from '../config/git-store.ts'
import { ConfigError } from '../config/load.ts'
import { loadSigningKeys, type SigningKeys } from '../config/signing-keys.ts'
import { randomString, systemEnvironment } from '../environment.ts'
import { openRepository } from '../ledger/git/repository.ts'
import { importSeed, type SeedReport } from '../ledger/import-seed.ts'
import { readSeedStore, type SeedStore } from '../ledger/seed-store.ts'
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts'
import { useCiKey } from './ci-key.ts'

export interface ImportSeedOptions {
  readonly dryRun?: boolean
}

const reportName = 'seed-import.json'

/** `myelin import-seed STORE SERVER_NAME KEY_NAME,KEY_PATH`; 1 when something had to be left out. */
export async function importSeedStore(
  path: string,
  { serverName, key }: { readonly serverName: string; readonly key: string },
  { dryRun = false }: ImportSeedOptions,
): Promise<number> {
  const seed = seedIn(path)
  if (seed === undefined)
    throw new ConfigError(`${path} is not a store of ocaml-matrix, or a ledger goes on from it already`)
  const data = dataOfStore(path)
  useCiKey(data, key)
  const report = await run(seed, { serverName, data, dryRun })
  printReport(report, { isQuiet: false })
  if (dryRun) console.log('Nothing was written.')
  return report.quarantine.length === 0 ? 0 : 1
}

/** Imports the store at the first start on it; later starts find the report of that. */
export async function importSeedOnce(path: string, { serverName, data }: { serverName: string; data: string }) {
  const file = join(data, reportName)
  const seed = existsSync(file) ? undefined : seedIn(path)
  if (seed === undefined) return
  printReport(await run(seed, { serverName, data, dryRun: false }), { isQuiet: true })
  console.error(`What was left out, and why, is in ${file}.`)
}

function seedIn(path: string): SeedStore | undefined {
  if (gitFolderOf(path) === undefined) return undefined
  using repository = openRepository(path)
  return readSeedStore(repository)
}

interface Run {
  readonly serverName: string
  readonly data: string
  readonly dryRun: boolean
}

async function run(seed: SeedStore, { serverName, data, dryRun }: Run): Promise<SeedReport> {
  const environment = systemEnvironment
  const keys: SigningKeys = loadSigningKeys(data, () => randomString(environment, 6))
  const folder = dryRun ? {} : { folder: data }
  await using store = await openSqliteStore({ ...folder, durability: 'power', environment })
  const report = await importSeed({ seed, store, serverName, keys, environment })
  if (!dryRun) writeFileSync(join(data, reportName), `${JSON.stringify(report, undefined, 2)}\n`, { mode: 0o600 })
  return report
}

function printReport(report: SeedReport, { isQuiet }: { readonly isQuiet: boolean }): void {
  const { users, rooms, events, keys, quarantine } = report
  console.error(
    `From the store of ocaml-matrix: ${users} users, ${rooms} rooms with ${events} events, ${keys} keys of other servers.`,
  )
  if (quarantine.length > 0) console.error(`${quarantine.length} left out.`)
  if (!isQuiet) for (const { what, reason } of quarantine) console.error(`  ${what}: ${reason}`)
}
