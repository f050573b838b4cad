// The history of the rooms in git, looked at with stock git: in the folder of a ci-server, where somebody ran `git init`.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { call, ok, User } from './testing/api.ts'
import { CiServer, type CiServerAddresses } from './testing/ci-server.ts'

describe('the ledger of a ci-server', () => {
  let server: CiServer
  let addresses: CiServerAddresses
  let ci: User
  let roomId: string

  before(async () => {
    server = new CiServer()
    await server.addUser('ci', 'ci password')
    addresses = await server.start()
    const identifier = { type: 'm.id.user', user: 'ci' }
    const body = { type: 'm.login.password', identifier, password: 'ci password' }
    ci = new User(addresses.client, await ok(call(addresses.client, '/_matrix/client/v3/login', { body })))
    roomId = await ci.createRoom({ visibility: 'public', room_alias_name: 'builds', name: 'Builds' })
  })
  after(() => server[Symbol.asyncDispose]())

  test('x', async () => {
    await ci.say(roomId, 'It builds', '1')
    await new Promise((r) => setTimeout(r, 1500))
    console.log(server.git('log', '--stat', '--all'))
    console.log(server.git('status'))
    console.log(server.git('log','-p', 'content'))
    console.log(server.git('fsck', '--strict', '--full'))
  })
})
