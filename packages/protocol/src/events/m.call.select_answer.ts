// m.call.select_answer, a message event. https://spec.matrix.org/v1.19/client-server-api/#mcallselect_answer
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { CallEvent } from './components/call_event.ts'
import { event } from './event.ts'

/** Tells which of several answers the caller took. */
export const CallSelectAnswerContent = Type.Object({ ...CallEvent.properties, selected_party_id: Type.String() })
export type CallSelectAnswerContent = Static<typeof CallSelectAnswerContent>

/** m.call.select_answer. */
export const callSelectAnswer = event({
  type: 'm.call.select_answer',
  kind: 'message',
  content: CallSelectAnswerContent,
})
