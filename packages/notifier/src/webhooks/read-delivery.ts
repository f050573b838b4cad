// A delivery of any sender: who sent it, whether it knows the secret, and the stories it tells.
import type { Story } from '../story.ts'
import { alertsIn, isAlertmanager } from './alertmanager.ts'
import { bitbucket } from './bitbucket.ts'
import { forgejo, gitea } from './gitea.ts'
import { github } from './github.ts'
import { gitlab } from './gitlab.ts'
import { hasBearer, hasStandardSignature } from './signatures.ts'
import type { Delivery, HookVendor } from './vendor-hook.ts'
import { wordsIn } from './words.ts'

/** Whoever is none of the others: a bearer token or a Standard Webhooks signature, and JSON or plain text. */
const anybody: HookVendor = {
  name: 'Generic',
  is: () => true,
  proves: (delivery, secret, now) =>
    delivery.headers['webhook-signature'] === undefined
      ? hasBearer(delivery, secret)
      : hasStandardSignature(delivery, secret, now),
  deliveryId: (headers) => headers['webhook-id'] ?? headers['idempotency-key'],
  read: (payload) => (isAlertmanager(payload) ? alertsIn(payload) : wordsIn(payload)),
}

/** Forgejo and Gitea send GitHub's headers beside their own, Forgejo Gitea's too. */
const vendors: readonly HookVendor[] = [forgejo, gitea, github, gitlab, bitbucket, anybody]

/** Who sends this, by its headers. */
export const vendorOf = (headers: Delivery['headers']): HookVendor => vendors.find(({ is }) => is(headers)) ?? anybody

/**
 * The payload of a body: JSON, the `payload` field of a form (as GitHub and Slack's senders may send it), or text as it
 * stands. JSON that calls itself a form, as `curl -d` does, is JSON. Throws SyntaxError for JSON that is none.
 */
export function payloadOf({ headers, body }: Delivery): unknown {
  const text = new TextDecoder().decode(body)
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (type === 'application/json' || type.endsWith('+json') || /^\s*\{/.test(text)) return parsed(text)
  return type === 'application/x-www-form-urlencoded' ? formOf(new URLSearchParams(text)) : text
}

function formOf(form: URLSearchParams): unknown {
  const payload = form.get('payload')
  return payload === null ? Object.fromEntries(form) : parsed(payload)
}

/** Deepest nesting that is read: no sender needs more, and millions of brackets take a second to parse. */
const nestingMax = 100

function parsed(text: string): unknown {
  if (isDeeperThan(text, nestingMax)) throw new SyntaxError(`JSON of more than ${nestingMax} levels`)
  return JSON.parse(text)
}

function isDeeperThan(json: string, max: number): boolean {
  let depth = 0
  for (const [token] of json.matchAll(/[[\]{}]|"(?:[^"\\]|\\.)*"/gs))
    if (token === '[' || token === '{') {
      if (++depth > max) return true
    } else if (token === ']' || token === '}') depth--
  return false
}

/** What a delivery tells; nothing for events of no interest. Throws SyntaxError for JSON that is none. */
export const storiesOf = (delivery: Delivery): readonly Story[] =>
  vendorOf(delivery.headers).read(payloadOf(delivery), delivery.headers)
