// Where the data is when a git repository is the store: inside its `.git`, where git neither shows nor pushes it.
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ConfigError } from './load.ts'

/**
 * The data folder of a store: `PATH/.git/matrix`, `PATH/matrix` in a bare repository, PATH itself where it holds
 * Myelin's data already. Makes the folder, and the repository where there is none.
 */
export function dataOfStore(path: string): string {
  if (existsSync(join(path, 'myelin.db'))) return path
  const data = join(gitFolderOf(path) ?? initRepository(path), 'matrix')
  mkdirSync(data, { recursive: true, mode: 0o700 })
  return data
}

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false

/** The folder with HEAD of the repository in `path`, undefined when there is none. */
export function gitFolderOf(path: string): string | undefined {
  const git = join(path, '.git')
  if (isFolder(git)) return git
  if (existsSync(git)) return linkedFolder(path, readFileSync(git, 'utf8'))
  return existsSync(join(path, 'HEAD')) && isFolder(join(path, 'objects')) ? path : undefined
}

/** "gitdir: <path>", as the `.git` of a further work tree has it. */
function linkedFolder(path: string, content: string): string {
  const [, folder] = /^gitdir: (.+)$/m.exec(content) ?? []
  if (folder === undefined) throw new ConfigError(`${join(path, '.git')} is neither a folder nor a link to one`)
  return resolve(path, folder)
}

/** What `git init` makes, as far as git needs it. Returns the folder with HEAD. */
export function initRepository(path: string): string {
  const git = join(path, '.git')
  for (const folder of ['objects', 'refs/heads']) mkdirSync(join(git, folder), { recursive: true })
  writeFileSync(join(git, 'HEAD'), 'ref: refs/heads/main\n')
  writeFileSync(join(git, 'config'), '[core]\n\trepositoryformatversion = 0\n\tbare = false\n')
  return git
}
