// `myelin-notify` as a process of its own, as CI runs it.
import { execFile } from 'node:child_process'
import { notifyCommand } from './commands.ts'

export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface Call {
  readonly variables?: Readonly<Record<string, string>>
  readonly input?: string
  readonly cwd?: string
  /** Told to stop by SIGTERM when this resolves. */
  readonly stop?: Promise<unknown>
}

/** Variables of the CI that runs the tests, which must not be taken for those of a test. */
const ciVariable = /^(CI|GITHUB|GITLAB|GITEA|FORGEJO|DRONE|JENKINS|BUILD|MATRIX|MYELIN_NOTIFY|https?_proxy)/i

/** Runs the command; resolves when it has ended. */
export function notify(
  parameters: readonly string[],
  { variables = {}, input, cwd, stop }: Call = {},
): Promise<Outcome> {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ciVariable.test(name)))
  return new Promise((resolve) => {
    const options = { env: { ...own, ...variables }, ...(cwd === undefined ? {} : { cwd }) }
    const child = execFile(process.execPath, [notifyCommand, ...parameters], options, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, stdout, stderr }),
    )
    child.stdin?.end(input ?? '')
    void stop?.then(() => child.kill('SIGTERM'))
  })
}
