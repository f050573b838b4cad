// Compares every event schema with its definition, and the EDUs, PDUs and bare shapes; tries the examples of events.
import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { Type } from 'typebox'
import type { TSchema } from 'typebox'
import { ClientEvent } from '../../packages/protocol/src/client-server/definitions/client_event.ts'
import { ClientEventWithoutRoomId } from '../../packages/protocol/src/client-server/definitions/client_event_without_room_id.ts'
import { KeyBackupAuthData } from '../../packages/protocol/src/client-server/definitions/key_backup_auth_data.ts'
import { KeyBackupSessionData } from '../../packages/protocol/src/client-server/definitions/key_backup_session_data.ts'
import { TermsParams } from '../../packages/protocol/src/client-server/definitions/m.login.terms_params.ts'
import { Mentions } from '../../packages/protocol/src/client-server/definitions/m.mentions.ts'
import { OAuthParams } from '../../packages/protocol/src/client-server/definitions/m.oauth_params.ts'
import { RelatesTo } from '../../packages/protocol/src/client-server/definitions/m.relates_to.ts'
import { MegolmExportSessionData } from '../../packages/protocol/src/client-server/definitions/megolm_export_session_data.ts'
import { OlmPlaintext } from '../../packages/protocol/src/client-server/definitions/olm_plaintext.ts'
import { RoomKeyBundle } from '../../packages/protocol/src/client-server/definitions/room_key_bundle.ts'
import { LoginFlow } from '../../packages/protocol/src/client-server/definitions/login_flow.ts'
import { EncryptedFile } from '../../packages/protocol/src/events/components/encrypted_file.ts'
import type { EventDefinition } from '../../packages/protocol/src/events/event.ts'
import { eduDefinitions, eventDefinitions } from '../../packages/protocol/src/events/groups.ts'
import { PduV1, PduV11, PduV12, PduV3, PduV4, PduV6 } from '../../packages/protocol/src/events/pdu.ts'
import { readContent } from '../../packages/protocol/src/events/read-content.ts'
import { Event, RoomEvent, StateEvent, StrippedStateEvent } from '../../packages/protocol/src/events/shapes.ts'
import { check } from '../../packages/protocol/src/schema.ts'
import type { Run } from './operations.ts'
import { compareSchemas, own } from './schemas.ts'
import { shapeOf } from './shape.ts'
import { child, expand, isMap, items, load, schemaFiles } from './specification.ts'
import type { Located } from './specification.ts'

const events: Readonly<Record<string, EventDefinition>> = eventDefinitions
const edus: Readonly<Record<string, EventDefinition>> = eduDefinitions

/** Compares all event schemas and tries all examples of events. */
export const compareEvents = (run: Run): void => {
  for (const [name, schema] of schemaFiles(run.specification, 'data/event-schemas/schema'))
    if (shapeOf(schema).properties.has('content')) compareEvent(name, schema, run)
  const eduFolder = 'data/api/server-server/definitions/event-schemas'
  for (const [name, schema] of schemaFiles(run.specification, eduFolder)) compareEdu(name, schema, run)
  comparePdus(run)
  compareShapes(run)
  tryEventExamples(run)
}

const compareEvent = (name: string, schema: Located, run: Run): void => {
  const subject = `event ${name}`
  const definition = events[name]
  if (!definition) return run.report.note(subject, `has no definition in events/${name}.ts`)
  const shape = shapeOf(schema)
  const type = shape.properties.get('type')
  const types = items(type && child(type, 'enum')).map(({ value }) => value)
  const isOfType = types.length === 0 || types.includes(definition.type)
  run.report.note(subject, isOfType ? undefined : `type is ${definition.type} here, ${types.join(' or ')} there`)
  const isState = shape.required.has('state_key')
  run.report.note(subject, isState === (definition.kind === 'state') ? undefined : 'is state on one side only')
  const content = shape.properties.get('content')
  if (content) compareSchemas(contentSchema(schema, content), own(definition.content), { ...run, subject })
}

/** The type's own schema of `content`, without the one every event has. */
const contentSchema = (schema: Located, content: Located): Located => {
  const properties = child(schema, 'properties')
  return (properties && child(properties, 'content')) ?? content
}

const compareEdu = (name: string, schema: Located, run: Run): void => {
  const definition = edus[name]
  if (!definition) return run.report.note(`edu ${name}`, `has no definition in events/edu/${name}.ts`)
  const edu = Type.Object({ edu_type: Type.Literal(definition.type), content: definition.content })
  compareSchemas(schema, own(edu), { ...run, subject: `edu ${name}` })
}

const comparePdus = (run: Run): void => {
  const pdus: Readonly<Record<string, TSchema>> = {
    pdu_v1: PduV1,
    pdu_v3: PduV3,
    pdu_v4: PduV4,
    pdu_v6: PduV6,
    pdu_v11: PduV11,
    pdu_v12: PduV12,
  }
  for (const [name, schema] of schemaFiles(run.specification, 'data/api/server-server/definitions')) {
    const ours = pdus[name]
    if (ours) compareSchemas(schema, own(ours), { ...run, subject: name })
    else if (name.startsWith('pdu_')) run.report.note(name, 'has no shape in events/pdu.ts')
  }
}

const compareShapes = (run: Run): void => {
  const shapes = new Map<string, TSchema>([
    ['data/event-schemas/schema/core-event-schema/event.yaml', Event],
    ['data/event-schemas/schema/core-event-schema/room_event.yaml', RoomEvent],
    ['data/event-schemas/schema/core-event-schema/state_event.yaml', StateEvent],
    ['data/event-schemas/schema/core-event-schema/stripped_state.yaml', StrippedStateEvent],
    ['data/api/client-server/definitions/client_event.yaml', ClientEvent],
    ['data/api/client-server/definitions/client_event_without_room_id.yaml', ClientEventWithoutRoomId],
    ['data/api/client-server/definitions/encrypted_file.yaml', EncryptedFile],
    ['data/api/client-server/definitions/key_backup_auth_data.yaml', KeyBackupAuthData],
    ['data/api/client-server/definitions/key_backup_session_data.yaml', KeyBackupSessionData],
    ['data/api/client-server/definitions/m.login.terms_params.yaml', TermsParams],
    ['data/api/client-server/definitions/m.mentions.yaml', Mentions],
    ['data/api/client-server/definitions/m.oauth_params.yaml', OAuthParams],
    ['data/api/client-server/definitions/m.relates_to.yaml', RelatesTo],
    ['data/api/client-server/definitions/megolm_export_session_data.yaml', MegolmExportSessionData],
    ['data/api/client-server/definitions/olm_plaintext.yaml', OlmPlaintext],
    ['data/api/client-server/definitions/room_key_bundle.yaml', RoomKeyBundle],
    ['data/api/client-server/definitions/sso_login_flow.yaml', LoginFlow],
  ])
  for (const [file, ours] of shapes) {
    const path = join(run.specification, file)
    const subject = basename(file, '.yaml')
    if (existsSync(path)) compareSchemas(load(path), own(ours), { ...run, subject })
    else run.report.note(subject, 'is not in the specification')
  }
}

const tryEventExamples = (run: Run): void => {
  const folder = join(run.specification, 'data/event-schemas/examples')
  for (const file of readdirSync(folder).filter((name) => /\.(yaml|json)$/.test(name)))
    tryEventExample(basename(file).replace(/\.(yaml|json)$/, ''), load(join(folder, file)), run)
}

const shapeFor = (value: unknown): TSchema => {
  if (!isMap(value) || !('event_id' in value)) return Event
  return 'state_key' in value ? StateEvent : RoomEvent
}

/** An example fits its type strictly, reads without a problem, and is the same afterwards. */
const tryEventExample = (name: string, example: Located, run: Run): void => {
  const subject = `event example ${name}`
  const value = expand(example)
  if (Array.isArray(value)) return value.forEach((each) => tryShape(each, StrippedStateEvent, { ...run, subject }))
  const definition = events[name] ?? events[name.split('$')[0] ?? '']
  if (!definition) return run.report.note(subject, 'has no definition')
  tryShape(value, shapeFor(value), { ...run, subject })
  const content = isMap(value) ? value['content'] : undefined
  tryShape(content, definition.content, { ...run, subject: `${subject} content` })
  const read = readContent(definition, content)
  const isSame = read.problems.length === 0 && isDeepStrictEqual(read.content, content)
  run.report.note(subject, isSame ? undefined : 'is not read as it is')
}

const tryShape = (value: unknown, schema: TSchema, { report, subject }: Run & { readonly subject: string }): void => {
  const result = check(schema, structuredClone(value))
  if (!result.ok) report.note(subject, `does not fit: ${result.path} ${result.message}`)
  else report.note(subject, isDeepStrictEqual(result.value, value) ? undefined : 'changes on the way')
}
