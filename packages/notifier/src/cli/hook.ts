// `myelin-notify hook`: what git calls after a push or a commit, and the script by which it does.
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { git, webUrlOf } from '../commits.ts'
import { globMatches, inEachRoom, outcomeOf, type RoomOutcome } from '../each-room.ts'
import { NotifierError } from '../failure.ts'
import type { Homeserver } from '../homeserver.ts'
import { postOnce } from '../keyed-message.ts'
import { pushOf, readRefUpdates, type Push } from '../push.ts'
import { renderPush } from '../render-push.ts'
import { messageOf } from '../message-content.ts'
import { textOfFile } from './credentials.ts'
import { announceCommits, type CommitFlags } from './commits.ts'
import { roomsOf, sessionOf } from './connect.ts'
import type { Output } from './output.ts'
import { reportOutcomes } from './telling.ts'

export interface HookFlags extends CommitFlags {
  readonly branch?: readonly string[]
  readonly commitsMax: number
  readonly force?: boolean
}

const hooks = ['post-receive', 'post-commit']

/** Does what a hook does. `post-receive` reads `old new ref` lines from standard input. */
export async function runHook(hook: string | undefined, flags: HookFlags, output: Output): Promise<number> {
  if (hook === 'post-commit') return announceCommits(flags, output)
  if (hook !== 'post-receive') throw new NotifierError('usage', `The hook is one of ${hooks.join(', ')}`)
  const { repository, webUrl, commitsMax } = flags
  const name = await nameOf(repository, webUrl)
  const pushes: Push[] = []
  for (const update of readRefUpdates(textOfFile(0))) {
    const push = await pushOf(update, { repository, name, webUrl, commitsMax })
    if (push !== undefined && isWanted(push, flags)) pushes.push(push)
  }
  if (pushes.length === 0) {
    output.say('Nothing to announce.', { summary: true, rooms: 0 })
    return 0
  }
  const outcomes = await sessionOf(flags, output).use((homeserver) => tellPushes(homeserver, pushes, flags))
  return reportOutcomes(outcomes, output)
}

const isWanted = ({ ref }: Push, { branch = [] }: HookFlags): boolean =>
  branch.length === 0 || ref.kind !== 'branch' || branch.some((pattern) => globMatches(pattern, ref.name))

async function tellPushes(homeserver: Homeserver, pushes: readonly Push[], flags: HookFlags): Promise<RoomOutcome[]> {
  const outcomes = await inEachRoom(await roomsOf(homeserver, flags), flags.connections, async (roomId) => {
    const told: RoomOutcome[] = []
    for (const push of pushes) told.push(await outcomeOf(roomId, () => tellPush(homeserver, { roomId, push, flags })))
    return told
  })
  return outcomes.flat()
}

const tellPush = (
  homeserver: Homeserver,
  { roomId, push, flags }: { readonly roomId: string; readonly push: Push; readonly flags: HookFlags },
) =>
  postOnce(homeserver, {
    roomId,
    key: push.key,
    content: messageOf(renderPush(push), 'm.notice'),
    fields: {
      push: {
        kind: push.kind,
        ref: push.ref,
        repository: push.repository,
        commits: push.commits.map(({ hash }) => hash),
      },
    },
    isDryRun: flags.dryRun ?? false,
  })

/** The repository's path on its host, or the name of its folder. */
async function nameOf(repository: string, webUrl: string | undefined): Promise<string> {
  const url = webUrl ?? (await webUrlOf(repository))
  if (url !== undefined) return URL.parse(url)?.pathname.slice(1) ?? url
  const folder = resolve(repository, (await git(repository, ['rev-parse', '--absolute-git-dir'])).trim())
  return basename(basename(folder) === '.git' ? dirname(folder) : folder, '.git')
}

const marker = '# written by myelin-notify hook install'

/** Writes a hook into the repository that calls `hook run` with the same options. */
export async function installHook(hook: string | undefined, flags: HookFlags, output: Output): Promise<number> {
  if (hook === undefined || !hooks.includes(hook))
    throw new NotifierError('usage', `The hook is one of ${hooks.join(', ')}`)
  const folder = resolve(flags.repository, (await git(flags.repository, ['rev-parse', '--git-path', 'hooks'])).trim())
  const file = join(folder, hook)
  if (existsSync(file) && !readFileSync(file, 'utf8').includes(marker) && flags.force !== true)
    throw new NotifierError('usage', `${file} exists and is not ours: call myelin-notify from it, or give --force`)
  // This very command, wherever it was installed.
  const words = [
    process.execPath,
    resolve(process.argv[1] ?? ''),
    'hook',
    'run',
    hook,
    '--soft',
    '--quiet',
    ...optionsAgain(flags),
  ]
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, `#!/bin/sh\n${marker}\nexec ${words.map(quoted).join(' ')}\n`)
  chmodSync(file, 0o755)
  output.say(`${file} written`, { file })
  return 0
}

/** Options that make no sense in a hook: it stands in its repository and is not asked what it would do. */
const notAgain = new Set(['repository', 'force', 'dryRun', 'json', 'quiet', 'soft', 'range', 'count'])
const files = new Set(['passwordFile', 'tokenFile', 'recoveryKeyFile', 'ca'])

const optionsAgain = (flags: HookFlags): string[] =>
  Object.entries(flags)
    .filter(([name]) => !notAgain.has(name))
    .flatMap(([name, value]) => {
      const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
      const values: unknown[] = Array.isArray(value) ? value : [value]
      return values.flatMap((each) => [flag, files.has(name) ? resolve(String(each)) : String(each)])
    })

const quoted = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`
