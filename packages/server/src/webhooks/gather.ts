// What a batch of deliveries comes to: the accounts of one pipeline as one, in the order in which they were first heard,
// and what each result means for its branch.
import { branchKeyOf, judged, readStanding, type Standing } from '@myelin/notifier/branch-standing'
import { digestOf } from '@myelin/notifier/message-content'
import { finished, merged, readReport, type Report } from '@myelin/notifier/report'
import type { Story } from '@myelin/notifier/story'
import { isObject } from '@myelin/algorithms/json'
import type { DeliveryRow } from '../store/webhook-deliveries.ts'
import { branchMemory, setBranchMemory, storyMessage } from '../store/webhook-messages.ts'
import type { WebhooksContext } from './context.ts'
import type { Webhook } from './hook.ts'

/** A story of some deliveries. */
export interface Gathered {
  readonly story: Story
  /** Nids of the deliveries it comes from. */
  readonly from: readonly number[]
  /** Its place in the first of them: with that it has a name. */
  readonly place: number
}

/** The stories of deliveries, oldest first. */
export function gather(rows: readonly DeliveryRow[]): Gathered[] {
  const gathered = new Map<string, Gathered>()
  for (const { nid, stories } of rows)
    for (const [place, story] of (JSON.parse(stories) as Story[]).entries()) {
      const key = story.kind === 'pipeline' ? `pipeline ${story.report.key}` : `${nid}/${place}`
      const known = gathered.get(key)
      gathered.set(key, known === undefined ? { story, from: [nid], place } : joined(known, story, nid))
    }
  return [...gathered.values()]
}

function joined({ story, from, place }: Gathered, later: Story, nid: number): Gathered {
  if (story.kind !== 'pipeline' || later.kind !== 'pipeline') throw new Error('only pipelines are told in parts')
  return { story: { kind: 'pipeline', report: merged(story.report, later.report) }, from: [...from, nid], place }
}

/** A story as it is to be told. */
export interface Judgement {
  readonly story: Story
  /** Key of the message that told how the branch broke, which counts on. */
  readonly under?: string | undefined
  /** Nothing changed for the branch, and the hook wants changes only. */
  readonly isSilent: boolean
}

/** Completes a pipeline by what was told of it, and compares its result with the one before on its branch. */
export async function judge(
  context: WebhooksContext,
  { hook, roomIds }: { readonly hook: Webhook; readonly roomIds: readonly string[] },
  story: Story,
): Promise<Judgement> {
  if (story.kind !== 'pipeline') return { story, isSilent: false }
  const { store, environment } = context
  const earlier = await toldBefore(context, { hook, roomIds, key: story.report.key })
  const whole = finished(merged(earlier, story.report), environment.now())
  const branchKey = digestOf(branchKeyOf(whole))
  const memory = readMemory(await branchMemory(store.read, hook.nid, branchKey))
  const before = memory?.standing?.key === whole.key ? memory.before : memory?.standing
  const judgement = judged(before, whole)
  const { change, standing } = judgement ?? {}
  if (standing !== undefined)
    await store.write((w) => setBranchMemory(w, hook.nid, { branchKey, memory: JSON.stringify({ standing, before }) }))
  const report = { ...whole, change, failuresInARow: standing?.failuresInARow }
  const isCounted = hook.wishes.onlyChanges === true && change === 'still broken'
  return {
    story: { kind: 'pipeline', report },
    under: isCounted ? standing?.brokenBy : undefined,
    isSilent: hook.wishes.onlyChanges === true && change === undefined,
  }
}

interface Told {
  readonly hook: Webhook
  readonly roomIds: readonly string[]
  readonly key: string
}

/** All that has been told of a pipeline, in whichever room. */
async function toldBefore({ store }: WebhooksContext, { hook, roomIds, key }: Told): Promise<Report | undefined> {
  for (const roomId of roomIds) {
    const message = await storyMessage(store.read, { hookNid: hook.nid, roomId, storyKey: key })
    const fields: unknown = message && JSON.parse(message.fields)
    const report = isObject(fields) ? readReport(fields['report']) : undefined
    if (report?.key === key) return report
  }
  return undefined
}

function readMemory(
  text: string | undefined,
): { standing: Standing | undefined; before: Standing | undefined } | undefined {
  const parsed: unknown = text === undefined ? undefined : JSON.parse(text)
  return isObject(parsed)
    ? { standing: readStanding(parsed['standing']), before: readStanding(parsed['before']) }
    : undefined
}
