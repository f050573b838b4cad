// Places in timelines. A live event stands at its position in the journal, a whole number; what was fetched later stands
// before the first of them at negative ones or, where the timeline has a gap, between the event after the gap and the
// whole number before it. docs/decisions/014-gaps-are-filled-between-positions.md

const finestStep = 2 ** -19
const mantissaBits = 52

/** How far apart places next to one another are: the finest that a number of this size can tell apart. */
const stepAt = (ord: number): number =>
  Math.max(finestStep, 2 ** (Math.ceil(Math.log2(Math.abs(ord) + 1)) - mantissaBits))

/** The place right before an event: after everything that is or will be before it. */
export const placeBefore = (ord: number): number => ord - stepAt(ord)

/** The first place after one. */
export const placeAfter = (ord: number): number => ord + stepAt(ord)

/** Whether an event with this place came in live, and not as history. */
export const isLivePlace = (ord: number): boolean => ord > 0 && Number.isInteger(ord)

/** Up to `count` places in the gap before a live event that lie before `first`, in order: the last are the nearest to it. */
export function placesInGap(gapOrd: number, first: number, count: number): number[] {
  const step = stepAt(gapOrd)
  const room = Math.max(0, Math.round((first - gapOrd + 1) / step) - 1)
  const taken = Math.min(count, room)
  return Array.from({ length: taken }, (_, at) => first - (taken - at) * step)
}
