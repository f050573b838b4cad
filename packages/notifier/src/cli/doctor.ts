// `myelin-notify doctor`: looks at everything a run needs and says what it would do.
import { getVersions } from '@myelin/protocol/client-server/versions'
import { namesOf } from '../each-room.ts'
import { exitCodes, NotifierError } from '../failure.ts'
import type { Content, Homeserver } from '../homeserver.ts'
import { isContent } from '../message-content.ts'
import { pipelineReport } from '../pipeline-report.ts'
import { renderReport } from '../render-report.ts'
import { baseUrlOf } from '../session.ts'
import { detect } from '../vendor.ts'
import { accountOf } from './credentials.ts'
import { preparePlatform, roomsOf, sessionOf } from './connect.ts'
import type { ConnectionFlags, RoomFlags } from './options.ts'
import type { Output } from './output.ts'

export interface DoctorFlags extends ConnectionFlags, RoomFlags {
  readonly repository: string
}

/** Most that the clocks of this machine and the homeserver may differ without a word, milliseconds. */
const clockDifferenceMaxMs = 60_000

/** Checks one thing after the other; the exit code is that of the first that is wrong. */
export async function doctor(flags: DoctorFlags, output: Output): Promise<number> {
  let exitCode = 0
  const check = async (what: string, look: () => Promise<string>): Promise<boolean> => {
    try {
      const found = await look()
      output.say(`ok      ${what}: ${found}`, { check: what, ok: true, found })
      return true
    } catch (error) {
      if (!(error instanceof NotifierError)) throw error
      exitCode ||= exitCodes[error.kind]
      output.say(`WRONG   ${what}: ${error.message}`, { check: what, ok: false, error: error.message })
      return false
    }
  }
  await check('ci', () => Promise.resolve(detect(process.env)?.vendor ?? 'none detected'))
  await check('would say', () => example(flags))
  const isReachable = await check('homeserver', () => homeserverFound(flags))
  if (isReachable) await check('clock', () => clockFound(flags))
  if (!isReachable) return exitCode
  await check('account', () => sessionOf(flags, output).use(({ userId }) => Promise.resolve(userId)))
  if (exitCode !== exitCodes.login)
    await check('rooms', () =>
      sessionOf(flags, output).use(async (homeserver) => {
        const rooms = await roomsOf(homeserver, flags)
        for (const roomId of rooms) await check(`room ${roomId}`, () => roomFound(homeserver, roomId))
        return `${rooms.length}`
      }),
    )
  return exitCode
}

async function example({ repository }: DoctorFlags): Promise<string> {
  const report = await pipelineReport({ variables: process.env, repository, given: {} })
  return renderReport(report, { isPlain: true }).body.split('\n')[0] ?? ''
}

async function homeserverFound(flags: DoctorFlags): Promise<string> {
  preparePlatform(flags)
  const { Connection } = await import('@myelin/protocol/client/connection')
  const { explained } = await import('../homeserver.ts')
  const { patientFetch } = await import('../patient-fetch.ts')
  const baseUrl = await baseUrlOf(accountOf(flags).homeserver)
  const fetch = patientFetch({ waitMaxMs: flags.waitMax * 1000 })
  const { versions } = await explained(new Connection(baseUrl, { fetch }).call(getVersions), 'use')
  return `${baseUrl}, Matrix ${versions.at(-1) ?? 'of no version'}`
}

async function clockFound(flags: DoctorFlags): Promise<string> {
  const { headers } = await fetch(`${await baseUrlOf(accountOf(flags).homeserver)}/_matrix/client/versions`)
  const differenceMs = Math.abs(Date.now() - Date.parse(headers.get('date') ?? ''))
  if (Number.isNaN(differenceMs)) return 'the homeserver does not tell the time'
  if (differenceMs <= clockDifferenceMaxMs) return 'agrees with the homeserver'
  throw new NotifierError('server', `${Math.round(differenceMs / 1000)} s apart from the homeserver's`)
}

/** Whether the account may speak in the room. */
async function roomFound(homeserver: Homeserver, roomId: string): Promise<string> {
  const names = (await namesOf(homeserver, roomId)).slice(1)
  await homeserver.encryptionFor(roomId)
  const levels = await homeserver.state(roomId, 'm.room.power_levels')
  const own = levelOf(homeserver.userId, levels)
  const needed = numberIn(levels?.['events'], 'm.room.message') ?? numberIn(levels, 'events_default') ?? 0
  // Creators of rooms whose ID is a hash have every power and no level.
  if (own < needed && roomId.includes(':'))
    throw new NotifierError('room', `${names.join(' ')} has power ${own} and needs ${needed} to speak`)
  return [...names, 'may speak'].join(', ')
}

const levelOf = (userId: string, levels: Content | undefined): number =>
  numberIn(levels?.['users'], userId) ?? numberIn(levels, 'users_default') ?? 0

function numberIn(value: unknown, name: string): number | undefined {
  const found = isContent(value) ? value[name] : undefined
  return typeof found === 'number' ? found : undefined
}
