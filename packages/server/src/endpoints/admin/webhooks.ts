// Myelin's admin API: webhooks, and where senders deliver to them.
import type * as webhooksDefinitions from '@myelin/protocol/admin/webhooks'
import type { BodyOf } from '@myelin/protocol/endpoint'
import { Raw } from '@myelin/protocol/handlers'
import { requireAdmin } from '../../accounts/requester.ts'
import type { Config } from '../../config/settings.ts'
import { webhookDeliveriesShownMax } from '../../limits.ts'
import { addressOf } from '../../webhooks/address.ts'
import type { ShownWebhook } from '../../webhooks/manage.ts'
import type { Handlers } from '../handlers.ts'

type Change = BodyOf<typeof webhooksDefinitions.updateWebhook>

const wireOf = (config: Config, { hookId, name, secret, rooms, wishes, mutedUntil, createdTs }: ShownWebhook) => {
  const { onlyChanges, topics, branches, statuses, template } = wishes
  const given = { topics, branches, statuses, template, only_changes: onlyChanges }
  return {
    hook_id: hookId,
    name,
    address: addressOf(config, hookId),
    signed: secret !== '',
    rooms: [...rooms],
    wishes: Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    muted_until: mutedUntil,
    created_ts: createdTs,
  }
}

const changeOf = ({ name, rooms, secret, wishes, muted_until: mutedUntil }: Change) => ({
  ...{ name, rooms, secret, mutedUntil },
  wishes: wishes && { ...wishes, onlyChanges: wishes.only_changes },
})

export const handlers: Handlers<typeof webhooksDefinitions> = {
  deliverToWebhook: async ({ webhooks }, { path, headers, bytes }) => {
    await webhooks.receive({ hookId: path.hookId, headers, bytes: bytes ?? new ReadableStream() })
    return new Raw({ status: 202, headers: { 'content-type': 'application/json' }, body: '{}' })
  },

  listWebhooks: async ({ webhooks, config }, { requester }) => {
    requireAdmin(requester)
    return { webhooks: (await webhooks.list()).map((hook) => wireOf(config, hook)) }
  },

  createWebhook: async ({ webhooks, config }, { requester, body }) => {
    requireAdmin(requester)
    const hook = await webhooks.create(changeOf(body))
    return { webhook: wireOf(config, hook), secret: hook.secret === '' ? null : hook.secret }
  },

  getWebhook: async ({ webhooks, config }, { requester, path }) => {
    requireAdmin(requester)
    const deliveries = await webhooks.deliveries(path.hookId, webhookDeliveriesShownMax)
    return {
      webhook: wireOf(config, await webhooks.get(path.hookId)),
      deliveries: deliveries.map(({ vendor, receivedTs, state, attempts, result }) => ({
        vendor,
        received_ts: receivedTs,
        state,
        attempts,
        result,
      })),
    }
  },

  updateWebhook: async ({ webhooks, config }, { requester, path, body }) => {
    requireAdmin(requester)
    return { webhook: wireOf(config, await webhooks.change(path.hookId, changeOf(body))) }
  },

  deleteWebhook: async ({ webhooks }, { requester, path }) => {
    requireAdmin(requester)
    await webhooks.remove(path.hookId)
    return {}
  },

  testWebhook: async ({ webhooks }, { requester, path }) => {
    requireAdmin(requester)
    await webhooks.test(path.hookId)
    return {}
  },
}
