// What every definition says of its endpoint beyond types, where the specification's data is silent and conformance has
// nothing to compare with: who may call, interactive authentication, server ACLs, versions, and where it all is written.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { applicationServiceGroups } from './application-service/groups.ts'
import { clientServerGroups } from './client-server/groups.ts'
import type { EndpointDefinition } from './endpoint.ts'
import { identityGroups } from './identity/groups.ts'
import { pushGatewayGroups } from './push-gateway/groups.ts'
import { serverServerGroups } from './server-server/groups.ts'

type Groups = Readonly<Record<string, object>>

const isDefinition = (value: unknown): value is EndpointDefinition =>
  typeof value === 'object' && value !== null && 'method' in value && 'path' in value && 'response' in value

const endpointsOf = (groups: Groups): readonly (readonly [string, EndpointDefinition])[] =>
  Object.values(groups)
    .flatMap((group) => Object.entries(group))
    .flatMap(([name, value]) => (isDefinition(value) ? [[name, value] as const] : []))

const namesWhere = (groups: Groups, holds: (definition: EndpointDefinition) => unknown): readonly string[] =>
  endpointsOf(groups)
    .filter(([, definition]) => holds(definition))
    .map(([name]) => name)
    .toSorted()

const words = (text: string): readonly string[] => text.trim().split(/\s+/)

test('every endpoint of the five APIs is defined: 166, 36, 9, 23 and 1', () => {
  const stable = (groups: Groups): number => {
    const { legacy: _, unstable: __, ...files } = groups
    return endpointsOf(files).length
  }
  const apis = [clientServerGroups, serverServerGroups, applicationServiceGroups, identityGroups, pushGatewayGroups]
  assert.deepEqual(apis.map(stable), [166, 36, 9, 23, 1])
})

// https://spec.matrix.org/v1.19/client-server-api/#guest-access; `/events` is two operations.
test('guests may call what the module on guest access lists', () => {
  assert.deepEqual(
    namesWhere(clientServerGroups, ({ guest }) => guest),
    words(`claimKeys deleteProfileField getContentAuthed getContentOverrideNameAuthed getContentThumbnailAuthed getDevice
      getDevices getEventContext getEvents getMembersByRoom getOneRoomEvent getRoomEvents getRoomState
      getRoomStateWithKey getTokenOwner joinRoomById leaveRoom peekEvents queryKeys roomInitialSync sendMessage
      sendToDevice setProfileField setRoomStateWithKey sync updateDevice uploadKeys`),
  )
})

test('interactive authentication guards accounts, devices and keys', () => {
  assert.deepEqual(
    namesWhere(clientServerGroups, ({ interactiveAuth }) => interactiveAuth),
    words(`add3PID changePassword deactivateAccount deleteDevice deleteDevices generateLoginToken register
      uploadCrossSigningKeys`),
  )
})

// https://spec.matrix.org/v1.19/server-server-api/#server-access-control-lists-acls
test('server ACLs protect what the specification lists', () => {
  assert.deepEqual(
    namesWhere(serverServerGroups, ({ serverAcl }) => serverAcl),
    words(`backfillRoom getEventAuth getMissingPreviousEvents getRoomState getRoomStateIds makeJoin makeKnock makeLeave
      sendInviteV1 sendInviteV2 sendJoinV1 sendJoinV2 sendKnock sendLeaveV1 sendLeaveV2`),
  )
})

test('versions are known where only the changelog tells them', () => {
  const since = (groups: Groups, name: string) => endpointsOf(groups).find(([each]) => each === name)?.[1].since
  assert.deepEqual(
    words(`getAuthMetadata getMutualRooms getRelatingEvents getRelatingEventsWithRelType
      getRelatingEventsWithRelTypeAndEventType`).map((name) => since(clientServerGroups, name)),
    ['1.15', '1.19', '1.3', '1.3', '1.3'],
  )
  assert.equal(since(serverServerGroups, 'askPolicyServerToSign'), '1.18')
})

test('every endpoint has a doc comment that links to where it is specified, but for those of our own', () => {
  const files = globSync('**/*.ts', { cwd: import.meta.dirname }).filter((file) => !file.endsWith('.test.ts'))
  let found = 0
  for (const file of files) {
    const source = readFileSync(join(import.meta.dirname, file), 'utf8')
    const pattern = /(\/\*\*(?:(?!\*\/)[^])*\*\/\n)?export const (\w+) = endpoint\(/g
    for (const [, comment = '', name] of source.matchAll(pattern)) {
      found++
      const isOwn = file.startsWith('admin')
      assert.match(comment, isOwn ? /\S/ : / https:\/\/\S+#\S+| https:\/\/\S+(pull\/\d+|\.html)\b/, `${file} ${name}`)
    }
  }
  assert.ok(found > 300)
})
