// Every file of push gateway endpoint definitions by name: what routing, conformance and the reference are made from.
import * as pushNotifier from './push_notifier.ts'

/** Endpoint definitions by the name of their file. */
export const pushGatewayGroups = {
  push_notifier: pushNotifier,
} as const
