// A repository on disk: where its parts are, its objects and its branches.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { gitFolderOf } from '../../config/git-store.ts'
import { GitError } from './object.ts'
import { ObjectDatabase } from './object-database.ts'
import { Refs } from './refs.ts'

export interface Repository extends Disposable {
  /** The folder with HEAD. */
  readonly gitFolder: string
  /** The folder with objects and branches; another one for a further work tree only. */
  readonly commonFolder: string
  /** The folder that people look into, undefined for a bare repository. */
  readonly workTree: string | undefined
  readonly objects: ObjectDatabase
  readonly refs: Refs
}

/** Opens the repository in a folder. Throws GitError when there is none, or one of a kind that is not supported. */
export function openRepository(path: string): Repository {
  const gitFolder = gitFolderOf(path)
  if (gitFolder === undefined) throw new GitError(`There is no git repository in ${path}`)
  const commonFile = join(gitFolder, 'commondir')
  const commonFolder = existsSync(commonFile) ? resolve(gitFolder, readFileSync(commonFile, 'utf8').trim()) : gitFolder
  refuseUnknownFormat(commonFolder)
  const objects = new ObjectDatabase(join(commonFolder, 'objects'))
  return {
    gitFolder,
    commonFolder,
    workTree: resolve(gitFolder) === resolve(path) ? undefined : path,
    objects,
    refs: new Refs(gitFolder, commonFolder),
    [Symbol.dispose]: () => objects[Symbol.dispose](),
  }
}

/** Objects named by SHA-256, and branches kept in tables, are formats of their own. */
function refuseUnknownFormat(folder: string): void {
  const config = join(folder, 'config')
  const extension = existsSync(config)
    ? /^\s*(objectformat\s*=\s*sha256|refstorage\s*=\s*reftable)/im.exec(readFileSync(config, 'utf8'))?.[1]
    : undefined
  if (extension !== undefined) throw new GitError(`${dirname(config)} has ${extension}, which is not supported`)
}
