// What the commands about pipelines and messages share: options into settings, outcomes into lines and the exit code.
import { parse } from 'yaml'
import { exitCodeOf, type RoomOutcome } from '../each-room.ts'
import { NotifierError } from '../failure.ts'
import { readFile } from '../files.ts'
import { isContent } from '../message-content.ts'
import type { AuthorMap } from '../mentions.ts'
import { tellDefaults, type TellOptions } from '../tell.ts'
import { textOfFile } from './credentials.ts'
import type { ConnectionFlags, MessageFlags, RoomFlags } from './options.ts'
import type { Output } from './output.ts'

/** Options of the commands that tell about a pipeline. */
export interface PipelineFlags extends ConnectionFlags, RoomFlags, MessageFlags {
  readonly repository: string
  readonly key?: string
  readonly name?: string
  readonly url?: string
  readonly onlyChanges?: boolean
  readonly thread?: boolean
  readonly reactJobs?: boolean
  readonly mentionOn?: readonly string[]
  readonly template?: string
  readonly plain?: boolean
  readonly attach?: readonly string[]
  readonly attachOn?: readonly string[]
}

/** Largest file that is attached, bytes. */
const attachedBytesMax = 20 * 1024 * 1024

/** Settings for telling, but for the rooms. */
export function tellOptions(flags: PipelineFlags): Omit<TellOptions, 'rooms'> {
  return {
    roomsAtOnceMax: flags.connections,
    onlyChanges: flags.onlyChanges ?? tellDefaults.onlyChanges,
    jobsInThread: flags.thread ?? tellDefaults.jobsInThread,
    jobsAsReactions: flags.reactJobs ?? tellDefaults.jobsAsReactions,
    mention: flags.mention ?? tellDefaults.mention,
    mentionOn: flags.mentionOn ?? tellDefaults.mentionOn,
    authors: flags.authorMap === undefined ? {} : authorsIn(flags.authorMap),
    template: flags.template === undefined ? undefined : textOfFile(flags.template),
    attach: (flags.attach ?? []).map((file) => readFile(file, attachedBytesMax)),
    attachOn: flags.attachOn ?? tellDefaults.attachOn,
    isPlain: flags.plain ?? false,
    msgtype: flags.msgtype === 'text' ? 'm.text' : 'm.notice',
    isDryRun: flags.dryRun ?? false,
  }
}

/** Reads a map from authors to user IDs. Throws `NotifierError` of kind `usage` when it is none. */
export function authorsIn(file: string): AuthorMap {
  const map = yamlIn(file)
  if (!isContent(map)) throw new NotifierError('usage', `${file} maps no authors to user IDs`)
  return Object.fromEntries(Object.entries(map).map(([author, userId]) => [author, String(userId)]))
}

/** Reads a YAML or JSON file. Throws `NotifierError` of kind `usage` when it is neither. */
export function yamlIn(file: string): unknown {
  try {
    return parse(textOfFile(file))
  } catch (cause) {
    if (cause instanceof NotifierError) throw cause
    throw new NotifierError('usage', `${file}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

/** Says what became of each room, and turns it into the exit code. */
export function reportOutcomes(outcomes: readonly RoomOutcome[], output: Output): number {
  for (const { roomId, result, eventId, body, ms, error } of outcomes) {
    const edited = result === 'edited'
    const object = { room: roomId, event_id: eventId, result, edited, body, ms, error: error?.message }
    const said = body?.split('\n').map((line) => `\n  ${line}`) ?? []
    output.say(`${roomId}  ${result}${error === undefined ? '' : ` (${error.message})`}${said.join('')}`, object)
    if (error !== undefined && output.isQuiet) output.warn(`${roomId}: ${error.message}`)
  }
  const exitCode = exitCodeOf(outcomes)
  if (output.isJson) {
    const failed = outcomes.filter(({ result }) => result === 'failed').length
    output.say('', { summary: true, rooms: outcomes.length, failed, exit_code: exitCode })
  }
  return exitCode
}
