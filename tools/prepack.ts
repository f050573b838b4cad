// What `npm pack` runs in a library's folder: before, the published form takes the place of the workspace's manifest;
// after, with `--restore`, the workspace's manifest comes back.
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildPackage, publishedManifest } from './pack.ts'

const folder = process.cwd()
const manifest = join(folder, 'package.json')
const kept = join(folder, 'package.workspace.json')
const restore = (): void => (existsSync(kept) ? renameSync(kept, manifest) : undefined)

restore()
if (process.argv.includes('--restore')) rmSync(join(folder, 'dist'), { recursive: true, force: true })
else {
  await buildPackage(folder)
  const published = publishedManifest(folder, './dist/')
  renameSync(manifest, kept)
  writeFileSync(manifest, JSON.stringify({ ...JSON.parse(published), files: ['dist'] }, null, 2))
}
