// Webhooks: senders outside deliver what happened, rooms are told.
import { createKeyedMutex } from '../store/keyed-mutex.ts'
import { HookAccount } from './account.ts'
import type { WebhooksContext, WebhooksOptions } from './context.ts'
import { Deliverer } from './deliver.ts'
import { followRooms } from './follow.ts'
import { change, create, deliveries, get, list, remove, test, type WebhookChange } from './manage.ts'
import { receive, type ReceivedDelivery } from './receive.ts'

/** Builds the hooks of a server; nothing is told before `start`. */
export function createWebhooks(options: WebhooksOptions) {
  const context: WebhooksContext = {
    ...options,
    account: new HookAccount(options),
    mutex: createKeyedMutex(),
    wake: (hookNid) => deliverer.wake(hookNid),
    counts: { accepted: 0, repeated: 0, refused: 0, told: 0, failed: 0 },
  }
  const deliverer = new Deliverer(context)
  return {
    counts: context.counts,
    receive: (delivery: ReceivedDelivery) => receive(context, delivery),
    create: (wanted: WebhookChange) => create(context, wanted),
    list: () => list(context),
    get: (hookId: string) => get(context, hookId),
    change: (hookId: string, changes: WebhookChange) => change(context, hookId, changes),
    remove: (hookId: string) => remove(context, hookId),
    test: (hookId: string) => test(context, hookId),
    deliveries: (hookId: string, limit: number) => deliveries(context, hookId, limit),
    /** Tells what waits, and follows what the rooms say to the hooks. */
    start: async (): Promise<void> => {
      await followRooms(context)
      await deliverer.start()
    },
    [Symbol.asyncDispose]: () => deliverer[Symbol.asyncDispose](),
  }
}

export type Webhooks = ReturnType<typeof createWebhooks>
