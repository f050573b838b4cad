// Branches: names of commits, in files of their own or packed into one.
// https://git-scm.com/docs/gitrepository-layout
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { GitError } from './object.ts'
import { syncFolder } from './pack-writer.ts'

const linksMax = 5

export class Refs {
  readonly #gitFolder: string
  readonly #commonFolder: string

  /** A further work tree has a HEAD of its own and shares everything else. */
  constructor(gitFolder: string, commonFolder: string) {
    this.#gitFolder = gitFolder
    this.#commonFolder = commonFolder
  }

  /** The branch that HEAD names, such as `refs/heads/main`; undefined when HEAD is a commit. */
  head(): string | undefined {
    return /^ref: (.+)$/m.exec(readFileSync(join(this.#gitFolder, 'HEAD'), 'utf8'))?.[1]
  }

  /** The commit a branch is at, undefined when it does not exist yet. */
  read(name: string, links = 0): string | undefined {
    const path = join(this.#commonFolder, name)
    if (!existsSync(path)) return this.#packed(name)
    const content = readFileSync(path, 'utf8').trim()
    const link = /^ref: (.+)$/.exec(content)?.[1]
    if (link !== undefined && links < linksMax) return this.read(link, links + 1)
    if (!/^[0-9a-f]{40}$/.test(content)) throw new GitError(`${path} is neither a commit nor a link`)
    return content
  }

  /**
   * Moves a branch, durably, as git does it: under a lock file that others respect. Throws GitError when it is not where
   * it is expected, or when somebody else holds the lock.
   */
  update(name: string, to: string, expected: string | undefined): void {
    const path = join(this.#commonFolder, name)
    mkdirSync(dirname(path), { recursive: true })
    const lock = `${path}.lock`
    this.#lock(lock, to)
    try {
      const actual = this.read(name)
      if (actual !== expected) throw new GitError(`${name} is at ${actual ?? 'nothing'}, not ${expected ?? 'nothing'}`)
    } catch (error) {
      rmSync(lock, { force: true })
      throw error
    }
    renameSync(lock, path)
    syncFolder(dirname(path))
  }

  /** What a lock file says where the branch is going; undefined when there is none, or nothing in it yet. */
  readLock(name: string): string | undefined {
    const path = `${join(this.#commonFolder, name)}.lock`
    const content = existsSync(path) ? readFileSync(path, 'utf8').trim() : ''
    return /^[0-9a-f]{40}$/.test(content) ? content : undefined
  }

  /** Removes the lock of a branch that a process left behind when it was killed. */
  breakLock(name: string): void {
    rmSync(`${join(this.#commonFolder, name)}.lock`, { force: true })
  }

  /** The lock appears with its content, so that a lock left behind tells whose it was. */
  #lock(path: string, content: string): void {
    const temporary = join(this.#commonFolder, `myelin-ref-${randomBytes(8).toString('hex')}`)
    const file = openSync(temporary, 'wx', 0o644)
    try {
      writeSync(file, `${content}\n`)
      fsyncSync(file)
      linkSync(temporary, path)
    } catch (cause) {
      throw new GitError(`${path} cannot be made: another process is changing the branch`, { cause })
    } finally {
      closeSync(file)
      rmSync(temporary, { force: true })
    }
  }

  #packed(name: string): string | undefined {
    const path = join(this.#commonFolder, 'packed-refs')
    if (!existsSync(path)) return undefined
    const line = readFileSync(path, 'utf8')
      .split('\n')
      .find((each) => each.endsWith(` ${name}`) && !each.startsWith('#'))
    return line?.slice(0, 40)
  }
}
