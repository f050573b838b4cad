// Tells a room a story: posts it, or edits the message that told it before.
import { isObject, type JsonObject } from '@myelin/algorithms/json'
import {
  ciField,
  digestOf,
  editOf,
  messageOf,
  reportFields,
  withFields,
  withinLimit,
} from '@myelin/notifier/message-content'
import { keyOf, renderStory, renderStoryTemplate, type Story } from '@myelin/notifier/story'
import { MatrixError } from '@myelin/protocol/errors'
import { webhookTemplateMs } from '../limits.ts'
import { setStoryMessage, storyMessage, type StoryPlace } from '../store/webhook-messages.ts'
import type { WebhooksContext } from './context.ts'
import type { Webhook } from './hook.ts'

export interface Telling {
  readonly hook: Webhook
  readonly roomId: string
  readonly story: Story
  /** Key of the story whose message is to be edited, where that is another than its own. */
  readonly under?: string | undefined
  /** Tells the story from every other of the hook: told again after a crash, it is posted once. */
  readonly name: string
}

/** Tells it; resolves when that is durable. Throws M_FORBIDDEN when the room cannot be told. */
export async function tell(context: WebhooksContext, telling: Telling): Promise<void> {
  const { hook, roomId, story, under, name } = telling
  await refuseEncrypted(context, roomId)
  const content = messageOf(await rendered(hook, story), 'm.notice')
  const digest = digestOf(content)
  const key = under ?? keyOf(story)
  const whole = withFields({ key: key ?? name, content, fields: fieldsOf(hook, story) }, digest)
  if (key === undefined) await post(context, roomId, { content: whole, transactionId: idOf(hook, name) })
  else await tellUnderKey(context, { hook, story, whole, digest, place: { hookNid: hook.nid, roomId, storyKey: key } })
}

async function refuseEncrypted({ rooms }: WebhooksContext, roomId: string): Promise<void> {
  const room = await rooms.byId(roomId)
  if (room?.state('m.room.encryption') !== undefined)
    throw new MatrixError('M_FORBIDDEN', 'The room is encrypted: nothing is sent there as plain text')
}

const rendered = ({ wishes }: Webhook, story: Story) =>
  wishes.template === undefined
    ? renderStory(story)
    : renderStoryTemplate(wishes.template, story, webhookTemplateMs).catch((cause: unknown) => {
        const reason = cause instanceof Error ? cause.message : String(cause)
        throw new MatrixError('M_INVALID_PARAM', reason, { cause })
      })

const fieldsOf = ({ name }: Webhook, story: Story) => ({
  hook: name,
  ...(story.kind === 'pipeline' ? reportFields(story.report) : { kind: story.kind }),
})

const idOf = ({ nid }: Webhook, ...parts: readonly (string | number)[]) => `hook-${digestOf([nid, ...parts])}`

interface KeyedTelling {
  readonly hook: Webhook
  readonly story: Story
  readonly whole: Readonly<Record<string, unknown>>
  readonly digest: string
  readonly place: StoryPlace
}

/** Versions of a message that a crash may have kept from being remembered. */
const versionsForgottenMax = 3

async function tellUnderKey(context: WebhooksContext, telling: KeyedTelling): Promise<void> {
  const { hook, story, whole, digest, place } = telling
  const known = await storyMessage(context.store.read, place)
  const before: JsonObject | undefined = known && (JSON.parse(known.fields) as JsonObject)
  if (before?.['digest'] === digest) return
  let eventId = known?.eventId
  let version = Number(before?.['version'] ?? 0)
  // A version that was sent and then forgotten in a crash is not sent again: the next one says what is to be said now.
  for (let attempt = 0; attempt < versionsForgottenMax; attempt++) {
    const transactionId = idOf(hook, place.roomId, place.storyKey, ++version)
    const content = eventId === undefined ? whole : editOf(eventId, whole, before)
    const posted = await post(context, place.roomId, { content, transactionId })
    eventId ??= posted
    if ((await digestIn(context, place.roomId, posted)) === digest) break
  }
  if (eventId === undefined) return
  const fields = JSON.stringify({ ...fieldsOf(hook, story), digest, version })
  const message = { eventId, fields, ts: context.environment.now() }
  await context.store.write((w) => setStoryMessage(w, place, message))
}

interface Posting {
  readonly content: object
  readonly transactionId: string
}

async function post({ rooms, account }: WebhooksContext, roomId: string, { content, transactionId }: Posting) {
  const by = await account.actor()
  // As JSON has it: what is undefined is not there.
  const plain = JSON.parse(JSON.stringify(withinLimit({ ...content }))) as JsonObject
  return rooms.send(roomId, { by, type: 'm.room.message', content: plain, transactionId })
}

/** The digest in a message that has been posted. */
async function digestIn({ rooms }: WebhooksContext, roomId: string, eventId: string): Promise<unknown> {
  const room = await rooms.byId(roomId)
  const fields = room && (await rooms.findEvent(room, eventId))?.content[ciField]
  return isObject(fields) ? fields['digest'] : undefined
}
