// The `git` program, where there is one: for what only upkeep, a remote or a work tree needs.
import { execFile } from 'node:child_process'
import { gitOutputBytesMax, gitTimeoutMs } from '../../limits.ts'

export interface GitOutcome {
  /** -1 when the program could not be started or did not end in time. */
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs git in a folder without asking anybody anything; resolves when it has ended, well or not. */
export function runGit(folder: string, parameters: readonly string[]): Promise<GitOutcome> {
  return new Promise((resolve) => {
    const env = { ...withoutGit(process.env), GIT_TERMINAL_PROMPT: '0' }
    const options = { cwd: folder, env, timeout: gitTimeoutMs, maxBuffer: gitOutputBytesMax } as const
    execFile('git', [...parameters], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      resolve({ code, stdout, stderr: stderr === '' && error ? error.message : stderr })
    })
  })
}

/** The first line of what went wrong, without the password that an address may hold. */
export const troubleOf = ({ stderr, code }: GitOutcome): string =>
  (stderr.trim().split('\n')[0] || `git ended with ${code}`).replaceAll(/\/\/[^/@\s]*@/g, '//')

/** The repository is the one in the folder, whatever the variables of somebody's shell or hook say. */
const withoutGit = (variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(variables).filter(([name]) => !/^GIT_(DIR|WORK_TREE|INDEX_FILE|COMMON_DIR|OBJECT_)/.test(name)),
  )
