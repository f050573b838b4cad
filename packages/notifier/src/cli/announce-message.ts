// `myelin-notify announce`: says one message, once per key if it has one.
import { inEachRoom, outcomeOf } from '../each-room.ts'
import { NotifierError } from '../failure.ts'
import type { Content } from '../homeserver.ts'
import { postOnce, txnIdOf } from '../keyed-message.ts'
import { ciField } from '../message-content.ts'
import { renderMarkdown, type MessageFormat } from '../markdown.ts'
import { mentioned, mentionsOf, withMentions } from '../mentions.ts'
import { messageOf } from '../message-content.ts'
import { escapeHtml } from '../text.ts'
import { textOfFile } from './credentials.ts'
import { roomsOf, sessionOf } from './connect.ts'
import type { ConnectionFlags, MessageFlags, RoomFlags } from './options.ts'
import type { Output } from './output.ts'
import { reportOutcomes } from './telling.ts'

export interface MessageCommandFlags extends ConnectionFlags, RoomFlags, MessageFlags {
  readonly format: MessageFormat
  readonly key?: string
}

/** Longest message, UTF-8 bytes: an event has at most 65,536, and this text is in it two or three times. */
const messageBytesMax = 16_000

/** Posts the message, or what comes on standard input. */
export async function announceMessage(
  text: string | undefined,
  flags: MessageCommandFlags,
  output: Output,
): Promise<number> {
  const content = await contentOf(text === undefined || text === '-' ? textOfFile(0) : text, flags)
  const once = crypto.randomUUID()
  const outcomes = await sessionOf(flags, output).use(async (homeserver) =>
    inEachRoom(await roomsOf(homeserver, flags), flags.connections, (roomId) =>
      outcomeOf(roomId, async () => {
        if (flags.key !== undefined)
          return postOnce(homeserver, { roomId, key: flags.key, content, isDryRun: flags.dryRun ?? false })
        await homeserver.encryptionFor(roomId)
        if (flags.dryRun === true) return { result: 'would post', body: String(content['body']) }
        const marked = { ...content, [ciField]: { v: 1, kind: 'message' } }
        return {
          result: 'posted',
          eventId: await homeserver.send(roomId, { txnId: txnIdOf(once, roomId), content: marked }),
        }
      }),
    ),
  )
  return reportOutcomes(outcomes, output)
}

async function contentOf(text: string, flags: MessageCommandFlags): Promise<Content> {
  if (text.trim() === '') throw new NotifierError('usage', 'The message is empty')
  if (Buffer.byteLength(text) > messageBytesMax)
    throw new NotifierError('usage', `The message is longer than ${messageBytesMax} bytes`)
  const names = mentioned(flags.mention ?? [], { commit: undefined }, {})
  const rendered =
    flags.format === 'markdown'
      ? await renderMarkdown(text)
      : { body: text.trim(), html: escapeHtml(text.trim()).replaceAll('\n', '<br>') }
  const msgtype = flags.msgtype === 'text' ? 'm.text' : 'm.notice'
  return { ...messageOf(withMentions(rendered, names), msgtype), 'm.mentions': mentionsOf(names) }
}
