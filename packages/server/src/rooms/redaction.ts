// What a redaction does to the event it redacts, here and in the store.
import { mayRedact } from '@myelin/algorithms/auth'
import { canonicalJson } from '@myelin/algorithms/canonical-json'
import type { JsonObject } from '@myelin/algorithms/json'
import { redact } from '@myelin/algorithms/redaction'
import { relationOf } from '@myelin/algorithms/relations'
import { redactEvent } from '../store/events.ts'
import { deleteRelation } from '../store/relations.ts'
import type { Write } from '../store/store.ts'
import { removeThreadReply } from '../store/threads.ts'
import type { HotRoom } from './hot-room.ts'
import { powerLevelsOf } from './power.ts'
import type { RoomEvent } from './room-event.ts'

export interface Redacting {
  readonly room: HotRoom
  readonly redaction: RoomEvent
  readonly target: RoomEvent
}

/** An event's text in federation format, as a redaction leaves it. */
export const redactedText = ({ rules }: HotRoom, json: string): string =>
  canonicalJson(redact(JSON.parse(json) as JsonObject, rules), 'lenient')

/** Replaces the stored and the remembered text of `target` by its redacted form, if the redaction takes effect. */
export function applyRedaction(w: Write, { room, redaction, target }: Redacting): void {
  const question = { sender: redaction.sender, originalSender: target.sender, levels: powerLevelsOf(room) }
  if (target.redactedBy !== undefined || target.roomId !== redaction.roomId || !mayRedact(question)) return
  const json = redactedText(room, target.json)
  const relation = relationOf(target.content)
  redactEvent(w, { nid: target.nid, redactedBy: redaction.nid, json, ts: redaction.ts })
  if (relation) deleteRelation(w, target.nid)
  if (relation?.relType === 'm.thread' && target.threadNid !== undefined)
    removeThreadReply(w, { rootNid: target.threadNid, roomNid: room.nid })
  target.redacted(redaction.nid, json)
  const held = room.event(target.nid)
  if (held && held !== target) held.redacted(redaction.nid, json)
}
