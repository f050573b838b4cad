// Tells rooms about a pipeline: one message that is edited as the pipeline goes on, with its jobs in a thread and as
// reactions if wanted, or only where a branch breaks or is repaired.
import { isDeepStrictEqual } from 'node:util'
import { judge } from './branch-memory.ts'
import { inEachRoom, outcomeOf, type RoomOutcome } from './each-room.ts'
import { attach, type FileToUpload } from './files.ts'
import type { Content, Homeserver } from './homeserver.ts'
import { showReactions } from './job-reactions.ts'
import { knownOf, postOnce, type Known, type Posted } from './keyed-message.ts'
import { messageOf, reportFields } from './message-content.ts'
import { mentioned, mentionsOf, withMentions, type AuthorMap } from './mentions.ts'
import { jobLine, renderReport } from './render-report.ts'
import { finished, merged, readReport, type Report } from './report.ts'
import { renderTemplate } from './template.ts'

export interface TellOptions {
  readonly rooms: readonly string[]
  /** Rooms told at the same time. */
  readonly roomsAtOnceMax: number
  /** Silent while a branch stays as it is; a branch that stays broken is counted in the message that told of it. */
  readonly onlyChanges: boolean
  readonly jobsInThread: boolean
  readonly jobsAsReactions: boolean
  /** User IDs, `author`, `room`. */
  readonly mention: readonly string[]
  /** Statuses at which to mention. */
  readonly mentionOn: readonly string[]
  readonly authors: AuthorMap
  /** Liquid text, instead of the built-in message. */
  readonly template?: string | undefined
  /** Files that go into the thread of the message, once the pipeline has come to one of these statuses. */
  readonly attach: readonly FileToUpload[]
  readonly attachOn: readonly string[]
  readonly isPlain: boolean
  readonly msgtype: 'm.notice' | 'm.text'
  readonly isDryRun: boolean
}

/** How rooms are told unless somebody wants it otherwise. */
export const tellDefaults: Omit<TellOptions, 'rooms'> = {
  roomsAtOnceMax: 8,
  onlyChanges: false,
  jobsInThread: false,
  jobsAsReactions: false,
  mention: [],
  mentionOn: ['failed'],
  authors: {},
  attach: [],
  attachOn: ['failed'],
  isPlain: false,
  msgtype: 'm.notice',
  isDryRun: false,
}

/** Tells every room what the report adds to what is known there. */
export const tell = (homeserver: Homeserver, report: Report, options: TellOptions): Promise<RoomOutcome[]> =>
  inEachRoom(options.rooms, options.roomsAtOnceMax, (roomId) =>
    outcomeOf(roomId, () => tellRoom(homeserver, { roomId, report, options })),
  )

interface Telling {
  readonly roomId: string
  readonly report: Report
  readonly options: TellOptions
}

type Told = Pick<RoomOutcome, 'result' | 'eventId' | 'body'>

async function tellRoom(homeserver: Homeserver, { roomId, report, options }: Telling): Promise<Told> {
  await homeserver.encryptionFor(roomId)
  const known = await lookUp(homeserver, roomId, report.key)
  const whole = finished(merged(reportIn(known), report), Date.now())
  const judgement = await judge(homeserver, roomId, whole)
  const judged = { ...whole, change: judgement?.change, failuresInARow: judgement?.standing.failuresInARow }
  const isStillBroken = judged.change === 'still broken'
  if (options.onlyChanges && judged.change === undefined) {
    if (!options.isDryRun) await judgement?.keep()
    return { result: 'silent' }
  }
  const key = options.onlyChanges && isStillBroken ? (judgement?.standing.brokenBy ?? whole.key) : whole.key
  const place = { key, known: key === whole.key ? known : undefined }
  const posted = await post(homeserver, { roomId, report: judged, options }, place)
  if (!options.isDryRun) await judgement?.keep()
  if (posted.eventId !== undefined && !options.isDryRun)
    await tellRest(homeserver, { roomId, report: judged, options }, posted.eventId)
  return posted
}

/** Jobs of one pipeline may tell at the same time: whoever finds that its edit left out what another told edits again. */
const attemptsMax = 10

interface Place {
  readonly key: string
  readonly known: Known | undefined
}

async function post(
  homeserver: Homeserver,
  { roomId, report, options }: Telling,
  { key, known }: Place,
): Promise<Posted> {
  const { isDryRun } = options
  let shown = report
  let latest = known
  let posted: Posted | undefined
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const content = await contentOf(shown, options)
    const message = { roomId, key, content, fields: reportFields(shown), isDryRun, known: latest }
    const next = await postOnce(homeserver, message)
    posted = posted === undefined || next.result !== 'unchanged' ? next : posted
    if (isDryRun || key !== report.key) break
    latest = await lookUp(homeserver, roomId, key)
    const all = merged(reportIn(latest), shown)
    if (saysTheSame(all, shown)) break
    shown = { ...all, change: report.change, failuresInARow: report.failuresInARow }
  }
  return posted ?? { result: 'unchanged' }
}

/** Whether two reports stand the same, in whatever order they list their jobs. */
function saysTheSame(one: Report, other: Report): boolean {
  const jobsOf = ({ jobs }: Report) => jobs.map(({ name, status }) => `${name}\n${status}`).toSorted()
  return one.status === other.status && isDeepStrictEqual(jobsOf(one), jobsOf(other))
}

const lookUp = async (homeserver: Homeserver, roomId: string, key: string): Promise<Known> =>
  knownOf(await homeserver.ownMessages(roomId), key)

/** All that the messages with a key have said, as one report. */
function reportIn({ fields }: Known): Report | undefined {
  return fields
    .map(({ report }) => readReport(report))
    .toReversed()
    .reduce<Report | undefined>((earlier, later) => (later === undefined ? earlier : merged(earlier, later)), undefined)
}

async function contentOf(report: Report, options: TellOptions): Promise<Content> {
  const { template, isPlain } = options
  const rendered =
    template === undefined ? renderReport(report, { isPlain }) : await renderTemplate(template, report, { isPlain })
  const names = options.mentionOn.includes(report.status) ? mentioned(options.mention, report, options.authors) : []
  return { ...messageOf(withMentions(rendered, names), options.msgtype), 'm.mentions': mentionsOf(names) }
}

async function tellRest(homeserver: Homeserver, { roomId, report, options }: Telling, rootId: string): Promise<void> {
  if (options.attachOn.includes(report.status))
    for (const file of options.attach) await attach(homeserver, { roomId, rootId, key: report.key, file })
  if (options.jobsInThread)
    for (const job of report.jobs) {
      const { text, html } = jobLine(job, options)
      const key = `${report.key}\njob\n${job.name}`
      const content = messageOf({ body: text, html }, options.msgtype)
      await postOnce(homeserver, { roomId, key, content, fields: { job }, threadRoot: rootId })
    }
  if (options.jobsAsReactions) await showReactions(homeserver, { roomId, rootId, jobs: report.jobs, options })
}
