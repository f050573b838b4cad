// Receives a delivery: the sender proves that it knows the secret, what it tells is read, and the rest happens once that
// is durable.
import { MatrixError } from '@myelin/protocol/errors'
import type { Story } from '@myelin/notifier/story'
import { payloadOf, vendorOf } from '@myelin/notifier/webhooks/read-delivery'
import type { Delivery, HookVendor } from '@myelin/notifier/webhooks/vendor-hook'
import { createHash } from 'node:crypto'
import { randomString } from '../environment.ts'
import { webhookBodyBytesMax, webhookDeliveriesWaitingMax, webhookStoriesBytesMax } from '../limits.ts'
import { countWaitingDeliveries, insertDelivery, isKnownDelivery } from '../store/webhook-deliveries.ts'
import { webhookById } from '../store/webhooks.ts'
import type { WebhooksContext } from './context.ts'
import { isWanted, webhookOf, type Webhook } from './hook.ts'

export interface ReceivedDelivery {
  readonly hookId: string
  readonly headers: Delivery['headers']
  readonly bytes: AsyncIterable<Uint8Array>
}

/**
 * Takes a delivery; resolves when it is durable. Throws M_NOT_FOUND for an unknown hook, M_FORBIDDEN for a sender that
 * does not prove itself, M_TOO_LARGE, M_NOT_JSON, and M_LIMIT_EXCEEDED while too many wait.
 */
export async function receive(context: WebhooksContext, { hookId, headers, bytes }: ReceivedDelivery): Promise<void> {
  const row = await webhookById(context.store.read, hookId)
  if (row === undefined) throw new MatrixError('M_NOT_FOUND', 'There is no such hook')
  const hook = webhookOf(row)
  const delivery = { headers, body: await bodyOf(bytes) }
  const vendor = vendorOf(headers)
  if (hook.secret !== '' && !vendor.proves(delivery, hook.secret, context.environment.now())) {
    context.counts.refused++
    throw new MatrixError('M_FORBIDDEN', `The delivery is not signed with the secret of this hook (${vendor.name})`)
  }
  const stories = wantedStories(hook, vendor, delivery)
  await accept(context, { hook, vendor, stories, deliveryId: deliveryIdOf(context, vendor, delivery) })
}

async function bodyOf(bytes: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of bytes) {
    size += part.byteLength
    if (size > webhookBodyBytesMax)
      throw new MatrixError('M_TOO_LARGE', `A delivery has at most ${webhookBodyBytesMax} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts)
}

function wantedStories({ wishes }: Webhook, vendor: HookVendor, delivery: Delivery): Story[] {
  const stories = vendor.read(parsed(delivery), delivery.headers)
  return stories.flatMap((story) => {
    if (!isWanted(wishes, story)) return []
    if (story.kind !== 'words' || wishes.template !== undefined) return [story]
    const { text, username } = story.words
    return text === '' ? [] : [{ kind: 'words', words: { text, username } }]
  })
}

function parsed(delivery: Delivery): unknown {
  try {
    return payloadOf(delivery)
  } catch (cause) {
    throw new MatrixError('M_NOT_JSON', 'The delivery is not JSON', { cause })
  }
}

/** A signature is over the body, not over the id beside it: there a repeated body is a repeated delivery. */
function deliveryIdOf({ environment }: WebhooksContext, vendor: HookVendor, { headers, body }: Delivery): string {
  if (vendor.signsBodyAlone) return `body:${createHash('sha256').update(body).digest('base64url')}`
  return vendor.deliveryId(headers)?.slice(0, 200) ?? `own:${randomString(environment, 22)}`
}

export interface Accepted {
  readonly hook: Webhook
  readonly vendor: Pick<HookVendor, 'name'>
  readonly stories: readonly Story[]
  readonly deliveryId: string
}

/** Keeps a delivery; one that is known already changes nothing. Resolves when it is durable. */
export function accept(context: WebhooksContext, { hook, vendor, stories, deliveryId }: Accepted): Promise<void> {
  const { store, environment, counts, mutex } = context
  return mutex.run(`hook ${hook.nid}`, async () => {
    if (await isKnownDelivery(store.read, hook.nid, deliveryId)) return void counts.repeated++
    if ((await countWaitingDeliveries(store.read, hook.nid)) >= webhookDeliveriesWaitingMax)
      throw new MatrixError('M_LIMIT_EXCEEDED', 'Too many deliveries of this hook wait to be told')
    const text = JSON.stringify(stories)
    if (Buffer.byteLength(text) > webhookStoriesBytesMax)
      throw new MatrixError('M_TOO_LARGE', 'There is too much to tell in this delivery')
    const isSilent = stories.length === 0
    await store.write((w) =>
      insertDelivery(w, {
        nid: store.nextNid('webhook_deliveries'),
        ...{ hookNid: hook.nid, deliveryId, vendor: vendor.name, receivedTs: environment.now(), attempts: 0 },
        stories: isSilent ? '' : text,
        state: isSilent ? 'told' : 'waiting',
        result: isSilent ? 'nothing to tell' : '',
      }),
    )
    counts.accepted++
    if (!isSilent) context.wake(hook.nid)
  })
}
