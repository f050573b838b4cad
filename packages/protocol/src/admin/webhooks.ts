// Myelin's admin API: webhooks, and where senders deliver to them.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'

const strings = Type.Array(Type.String({ maxLength: 255 }), { maxItems: 100 })

/** What a hook tells, and how; what is left out is not narrowed. */
const Wishes = Type.Object({
  /** `push`, `pipeline`, `words`, `request`, `review`, `comment`, `issue`, `release`, `deployment`, `wiki`, `alert`, `hook`. */
  topics: Type.Optional(strings),
  /** Patterns of branch names, with `*` and `?`. */
  branches: Type.Optional(strings),
  /** `running`, `passed`, `failed`, `cancelled`, `skipped`. */
  statuses: Type.Optional(strings),
  /** Of pipelines only what breaks a branch, leaves it broken or repairs it. */
  only_changes: Type.Optional(Type.Boolean()),
  /** A Liquid template in place of the built-in messages. */
  template: Type.Optional(Type.String()),
})

/** Times are milliseconds since the epoch. */
const Webhook = Type.Object({
  hook_id: Type.String(),
  name: Type.String(),
  /** Where senders deliver to; a path where `publicBaseUrl` is not set. */
  address: Type.String(),
  /** Whether senders must prove that they know the secret. */
  signed: Type.Boolean(),
  /** Room IDs. */
  rooms: Type.Array(Type.String()),
  wishes: Wishes,
  /** 0 when it is not muted. */
  muted_until: Type.Integer(),
  created_ts: Type.Integer(),
})

const changes = {
  name: Type.Optional(Type.String()),
  /** Room IDs or aliases. */
  rooms: Type.Optional(Type.Array(Type.String())),
  wishes: Type.Optional(Wishes),
  /** null for a hook that whoever knows its address may use. */
  secret: Type.Optional(Type.Union([Type.String(), Type.Null()])),
}

/**
 * Delivers to a hook: GitHub, GitLab, Gitea, Forgejo, Bitbucket, Alertmanager, what Slack would take, JSON with `text`, or
 * plain text. Answers 202 once the delivery is durable. `M_NOT_FOUND`; `M_FORBIDDEN` for a sender that does not prove that
 * it knows the secret; `M_TOO_LARGE`, `M_NOT_JSON`, `M_LIMIT_EXCEEDED`.
 */
export const deliverToWebhook = endpoint({
  method: 'POST',
  path: '/_myelin/hooks/{hookId}',
  auth: 'none',
  bytesBody: true,
  rateLimited: true,
  response: Type.Object({}),
})

/** Lists the hooks. `M_FORBIDDEN` unless the caller may administer the server; likewise the others. */
export const listWebhooks = endpoint({
  method: 'GET',
  path: '/_myelin/admin/v1/webhooks',
  auth: 'user',
  response: Type.Object({ webhooks: Type.Array(Webhook) }),
})

/** Makes a hook. Its secret is in this answer and in no other. */
export const createWebhook = endpoint({
  method: 'POST',
  path: '/_myelin/admin/v1/webhooks',
  auth: 'user',
  body: Type.Object({ ...changes, name: Type.String() }),
  response: Type.Object({ webhook: Webhook, secret: Type.Union([Type.String(), Type.Null()]) }),
})

/** A hook, and what came to it last, newest first. `M_NOT_FOUND`. */
export const getWebhook = endpoint({
  method: 'GET',
  path: '/_myelin/admin/v1/webhooks/{hookId}',
  auth: 'user',
  response: Type.Object({
    webhook: Webhook,
    deliveries: Type.Array(
      Type.Object({
        vendor: Type.String(),
        received_ts: Type.Integer(),
        /** `waiting`, `told` or `failed`. */
        state: Type.String(),
        attempts: Type.Integer(),
        /** What kept it from being told, or nothing. */
        result: Type.String(),
      }),
    ),
  }),
})

/** Changes what is given of a hook and leaves the rest. `M_NOT_FOUND`. */
export const updateWebhook = endpoint({
  method: 'PUT',
  path: '/_myelin/admin/v1/webhooks/{hookId}',
  auth: 'user',
  body: Type.Object({ ...changes, muted_until: Type.Optional(Type.Integer({ minimum: 0 })) }),
  response: Type.Object({ webhook: Webhook }),
})

/** Removes a hook; what it has said stays. `M_NOT_FOUND`. */
export const deleteWebhook = endpoint({
  method: 'DELETE',
  path: '/_myelin/admin/v1/webhooks/{hookId}',
  auth: 'user',
  response: Type.Object({}),
})

/** Has a hook say in its rooms that it works. `M_NOT_FOUND`. */
export const testWebhook = endpoint({
  method: 'POST',
  path: '/_myelin/admin/v1/webhooks/{hookId}/test',
  auth: 'user',
  body: Type.Object({}),
  response: Type.Object({}),
})
