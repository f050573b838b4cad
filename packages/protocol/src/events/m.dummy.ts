// m.dummy, a message to devices. https://spec.matrix.org/v1.19/client-server-api/#mdummy
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { event } from './event.ts'

/** Carries nothing: new Olm sessions are told to peers with it. */
export const DummyContent = Type.Object({})
export type DummyContent = Static<typeof DummyContent>

/** m.dummy. */
export const dummy = event({ type: 'm.dummy', kind: 'toDevice', content: DummyContent })
