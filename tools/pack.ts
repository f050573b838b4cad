// Packs a library of the workspace for publication: JavaScript and declarations instead of TypeScript, in a tarball.
// `node tools/pack.ts protocol [destination]` prints the tarball's path.
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { build } from 'rolldown'

const root = join(import.meta.dirname, '..')

/** What of a manifest is published; scripts and workspace paths are not. */
const publishedFields = ['name', 'version', 'description', 'license', 'dependencies', 'optionalDependencies'] as const

/** Builds `packages/<name>/dist` as a package of its own and packs it; returns the tarball's path. */
export const packPackage = async (name: string, destination: string): Promise<string> => {
  const folder = join(root, 'packages', name)
  const dist = await buildPackage(folder)
  writeFileSync(join(dist, 'package.json'), publishedManifest(folder, './'))
  for (const file of [join(folder, 'README.md'), join(root, 'LICENSE')])
    if (existsSync(file)) copyFileSync(file, join(dist, basename(file)))
  mkdirSync(destination, { recursive: true })
  const packed = run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', resolve(destination)], dist)
  rmSync(dist, { recursive: true })
  return join(resolve(destination), filenameIn(packed))
}

/** Compiles the sources of a package, tests left out, into its `dist`; returns that folder. */
export const buildPackage = async (folder: string): Promise<string> => {
  const dist = join(folder, 'dist')
  rmSync(dist, { recursive: true, force: true })
  mkdirSync(dist)
  emit(dist)
  if (isBundledForNode(folder)) await bundleForNode(dist)
  return dist
}

/**
 * The protocol library is three hundred small files, which bundlers like and Node takes 200 ms to load. Node gets it, with
 * what it needs of the schema library, in two files behind the same names.
 */
const isBundledForNode = (folder: string): boolean => basename(folder) === 'protocol'

const bundleForNode = async (dist: string): Promise<void> => {
  const names = globSync('**/*.js', { cwd: dist }).map((file) => file.slice(0, -'.js'.length))
  await build({
    input: Object.fromEntries(names.map((name) => [name, join(dist, `${name}.js`)])),
    platform: 'node',
    logLevel: 'warn',
    treeshake: { moduleSideEffects: false },
    output: {
      dir: join(dist, 'node'),
      entryFileNames: '[name].js',
      chunkFileNames: 'chunks/[name].js',
      sanitizeFileName: false,
      codeSplitting: { groups: [{ name: 'typebox', test: /node_modules.typebox/, priority: 1 }, { name: 'library' }] },
    },
  })
}

/** The manifest that is published, for a package whose JavaScript lies at `base`. */
export const publishedManifest = (folder: string, base: string): string => {
  const source: Readonly<Record<string, unknown>> = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const kept = publishedFields.filter((field) => field in source).map((field) => [field, source[field]])
  const forNode = isBundledForNode(folder) ? { node: `${base}node/*.js` } : {}
  const exports = { './*': { types: `${base}*.d.ts`, ...forNode, default: `${base}*.js` } }
  const bin = 'bin' in source ? { bin: publishedCommands(source['bin'], base) } : {}
  return JSON.stringify({ ...Object.fromEntries(kept), ...bin, type: 'module', sideEffects: false, exports }, null, 2)
}

/** Commands by the JavaScript that their sources become. */
const publishedCommands = (bin: unknown, base: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(bin as Readonly<Record<string, string>>).map(([name, source]) => [
      name,
      source.replace(/^\.\/src\//, base).replace(/\.ts$/, '.js'),
    ]),
  )

const run = (command: string, args: readonly string[], cwd: string): string =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })

const emit = (dist: string): void => {
  const project = join(dist, 'tsconfig.json')
  const compilerOptions = { noEmit: false, incremental: false, declaration: true, rootDir: '../src', outDir: '.' }
  const exclude = ['../src/**/*.test.ts', '../src/**/testing/**']
  writeFileSync(
    project,
    JSON.stringify({ extends: '../../../tsconfig.json', compilerOptions, include: ['../src'], exclude }),
  )
  run(join(root, 'node_modules/.bin/tsc'), ['-p', project], dist)
  rmSync(project)
}

const filenameIn = (packed: string): string => {
  const found = /"filename":\s*"([^"]+)"/.exec(packed)?.[1]
  if (found === undefined) throw new Error('npm pack named no tarball')
  return found
}

const [name, destination = '.'] = process.argv.slice(2)
if (import.meta.main && name !== undefined) console.log(await packPackage(name, destination))
