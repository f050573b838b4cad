// What an operator wants of the rooms whose policy server this is: who may speak, and what is not to be said. Pure: the same
// event always fares the same. How much one user says is counted elsewhere.
import type { Pdu } from '@myelin/algorithms/event'
import { compileGlob, matchesWhole } from '@myelin/algorithms/glob'
import { isObject, type JsonObject, objectMember, stringMember } from '@myelin/algorithms/json'
import { serverNameOf } from '@myelin/algorithms/user-id'
import type { Config } from '../config/settings.ts'

export type PolicyConfig = Pick<
  Config,
  | 'policyServer.deniedServers'
  | 'policyServer.deniedUsers'
  | 'policyServer.deniedEventTypes'
  | 'policyServer.deniedMessageTypes'
  | 'policyServer.deniedTexts'
  | 'policyServer.mentionsMax'
  | 'policyServer.eventsPerMinuteMax'
>

export interface PolicyRules {
  /** Why a user may not speak; undefined if they may. */
  refusalOfSender(userId: string): string | undefined
  /** Why something is not to be said; undefined if it may. */
  refusalOfContent(event: Pick<Pdu, 'type' | 'content'>): string | undefined
}

export function createPolicyRules(config: PolicyConfig): PolicyRules {
  const isDeniedServer = anyGlob(config['policyServer.deniedServers'])
  const isDeniedUser = anyGlob(config['policyServer.deniedUsers'])
  const isDeniedType = anyGlob(config['policyServer.deniedEventTypes'])
  const isDeniedMessage = anyGlob(config['policyServer.deniedMessageTypes'])
  const deniedTexts = config['policyServer.deniedTexts'].map((pattern) => plain(pattern).split(/\*+/))
  const mentionsMax = config['policyServer.mentionsMax'] || Infinity
  return {
    refusalOfSender: (userId) =>
      isDeniedServer(serverNameOf(userId)) || isDeniedUser(userId) ? 'You may not write in this room' : undefined,
    refusalOfContent: ({ type, content }) => {
      if (isDeniedType(type)) return 'This kind of event is not wanted in this room'
      if (isDeniedMessage(stringMember(content, 'msgtype') ?? ''))
        return 'This kind of message is not wanted in this room'
      const texts = type === 'm.room.encrypted' ? [] : textsIn(content)
      if (mentionsIn(content, texts) > mentionsMax)
        return `A message may mention at most ${mentionsMax} users in this room`
      if (deniedTexts.length === 0) return undefined
      const text = plain(texts.join('\n'))
      return deniedTexts.some((pieces) => contains(text, pieces)) ? 'This text is not wanted in this room' : undefined
    },
  }
}

function anyGlob(patterns: readonly string[]): (text: string) => boolean {
  const globs = patterns.map(compileGlob)
  return (text) => globs.some((glob) => matchesWhole(glob, text))
}

/** As it looks to a reader: without what shows nothing, in one case, with letters that look alike as one. */
const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .replaceAll(/\p{Cf}/gu, '')
    .toLowerCase()

/** Whether the pieces come in this order: each looked for once, so that the time is that of looking. */
function contains(text: string, pieces: readonly string[]): boolean {
  let from = 0
  for (const piece of pieces) {
    const at = text.indexOf(piece, from)
    if (at < 0) return false
    from = at + piece.length
  }
  return true
}

/** Every text in a content, wherever a client may show it from. Nesting costs nothing but its length. */
function textsIn(content: JsonObject): string[] {
  const texts: string[] = []
  const waiting: unknown[] = [content]
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (typeof value === 'string') texts.push(value)
    else if (Array.isArray(value)) for (const each of value as unknown[]) waiting.push(each ?? '')
    else if (isObject(value)) for (const each of Object.values(value)) waiting.push(each ?? '')
  }
  return texts
}

/** Those the event says it mentions, or those it links to if they are more. */
function mentionsIn(content: JsonObject, texts: readonly string[]): number {
  const userIds = objectMember(content, 'm.mentions')?.['user_ids']
  const links = texts.map((text) => text.match(/matrix\.to\/#\/(@|%40)/gi)?.length ?? 0)
  return Math.max(Array.isArray(userIds) ? userIds.length : 0, ...links)
}
