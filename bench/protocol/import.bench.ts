// CPU time of importing the protocol library as it is published, each time in a process of its own: a program that uses
// the client, and one that imports every file there is. `npm run bench -- import`
import { execFileSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packPackage } from '../../tools/pack.ts'
import { type Figure, printFigures } from '../algorithms/cpu-time.ts'

const root = join(import.meta.dirname, '../..')
const project = mkdtempSync(join(tmpdir(), 'myelin-import-'))
const library = join(project, 'node_modules/@myelin/protocol')
const runs = 9

const install = async (): Promise<void> => {
  execFileSync('tar', ['-xzf', await packPackage('protocol', project), '-C', project])
  mkdirSync(join(project, 'node_modules/@myelin'), { recursive: true })
  cpSync(join(project, 'package'), library, { recursive: true })
  symlinkSync(join(root, 'node_modules/typebox'), join(project, 'node_modules/typebox'), 'dir')
}

/** A program that imports modules and prints the CPU time this took in ms. */
const writeProgram = (name: string, modules: readonly string[]): string => {
  const file = join(project, name)
  const lines = [
    'const before = process.cpuUsage()',
    ...modules.map((each) => `await import(${JSON.stringify(each)})`),
    'const { user, system } = process.cpuUsage(before)',
    'console.log((user + system) / 1000)',
  ]
  writeFileSync(file, lines.join('\n'))
  return file
}

const fastestMs = (file: string, environment: Readonly<Record<string, string>> = {}): number => {
  const env = { ...process.env, ...environment }
  const times = Array.from({ length: runs }, () => Number(execFileSync(process.execPath, [file], { env })))
  return Math.min(...times)
}

const namesOf = (pattern: string): readonly string[] =>
  globSync(pattern, { cwd: library })
    .filter((file) => !file.startsWith('node/'))
    .map((file) => `@myelin/protocol/${file.slice(0, -'.js'.length)}`)

try {
  await install()
  const all = namesOf('**/*.js')
  const client = writeProgram('client.mjs', ['@myelin/protocol/client'])
  const everything = writeProgram('everything.mjs', all)
  const cache = { NODE_COMPILE_CACHE: join(project, 'cache') }
  const figures: Figure[] = [
    { name: 'the client of all client-server operations', ms: fastestMs(client), goalMs: 150 },
    { name: 'the same with a compile cache', ms: fastestMs(client, cache), goalMs: 150 },
    { name: `all ${all.length} modules`, ms: fastestMs(everything), goalMs: 150 },
    { name: 'the same with a compile cache', ms: fastestMs(everything, cache), goalMs: 150 },
  ]
  process.exitCode = printFigures(figures) ? 0 : 1
} finally {
  rmSync(project, { recursive: true, force: true })
}
