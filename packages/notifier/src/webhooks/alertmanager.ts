// Prometheus Alertmanager's webhook. https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
import type { Story } from '../story.ts'
import { at, listAt, textAt, timeAt } from './payload.ts'

/** Most alerts that a message lists. */
const alertsListedMax = 10

export const isAlertmanager = (payload: unknown): boolean =>
  textAt(payload, 'groupKey') !== undefined && Array.isArray(at(payload, 'alerts'))

/** A group of alerts, told in one message from when it fires until it is resolved. */
export function alertsIn(payload: unknown): Story[] {
  const alerts = listAt(payload, 'alerts')
  const starts = alerts.flatMap((alert) => timeAt(alert, 'startsAt') ?? [])
  const isResolved = textAt(payload, 'status') === 'resolved'
  const firing = alerts.filter((alert) => textAt(alert, 'status') !== 'resolved').length
  const shown = alerts.slice(0, alertsListedMax).map(lineOf)
  const rest = alerts.length - shown.length
  return [
    {
      kind: 'notice',
      notice: {
        kind: 'alert',
        key: ['alert', textAt(payload, 'groupKey') ?? '', starts.length === 0 ? 0 : Math.min(...starts)].join('/'),
        subject: { name: nameOf(payload), url: textAt(payload, 'externalURL') },
        doing: isResolved ? 'is resolved' : `is firing (${firing} of ${alerts.length})`,
        status: isResolved ? 'passed' : 'failed',
        text: [...shown, ...(rest > 0 ? [`- and ${rest} more`] : [])].join('\n'),
      },
    },
  ]
}

const nameOf = (payload: unknown): string =>
  textAt(payload, 'commonLabels', 'alertname') ?? textAt(payload, 'groupLabels', 'alertname') ?? 'An alert'

function lineOf(alert: unknown): string {
  const summary = textAt(alert, 'annotations', 'summary') ?? textAt(alert, 'annotations', 'description')
  const name = textAt(alert, 'labels', 'alertname') ?? 'alert'
  const place = textAt(alert, 'labels', 'instance')
  const words = summary ?? `${name}${place === undefined ? '' : ` at ${place}`}`
  return `- ${textAt(alert, 'status') === 'resolved' ? '✅' : '❌'} ${words.replaceAll('\n', ' ')}`
}
