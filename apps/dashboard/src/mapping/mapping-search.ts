import type { MappingCounts } from '@plimsoll/client'
import type { MappingListQuery } from '@plimsoll/client/client'

export const mappingViews = ['waiting', 'tied', 'ignored', 'conflicts', 'rules', 'sheet'] as const
/** Those that are lists of listings. */
export const mappingLists = ['waiting', 'tied', 'ignored'] as const
export type MappingView = (typeof mappingViews)[number]
export const surenesses = ['certain', 'likely', 'possible', 'none', 'new'] as const
export type Sureness = (typeof surenesses)[number]

/** What the address says of the list. */
export type MappingSearch = { view?: MappingView; connection?: string; confidence?: Sureness; q?: string }

export function readMappingSearch(search: Record<string, unknown>): MappingSearch {
  const view = mappingViews.find((each) => each === search.view)
  const confidence = surenesses.find((each) => each === search.confidence)
  // Text of digits arrives as a number.
  const [q, connection] = [search.q, search.connection].map((each) =>
    each === undefined ? '' : String(each),
  )
  return {
    ...(view && view !== 'waiting' && { view }),
    ...(connection && { connection }),
    ...(confidence && { confidence }),
    ...(q && { q }),
  }
}

export function toMappingQuery({ view, connection, confidence, q }: MappingSearch): MappingListQuery {
  const state = view === 'tied' || view === 'ignored' ? view : 'waiting'
  return {
    state,
    ...(connection !== undefined && { connection }),
    ...(state === 'waiting' && confidence !== undefined && { confidence }),
    ...(q !== undefined && { search: q }),
  }
}

/** Of one connection, or of all together. */
export function addUpCounts(
  counts: readonly MappingCounts[],
  connection: string | undefined,
): Omit<MappingCounts, 'connectionId'> {
  const sum = { certain: 0, likely: 0, possible: 0, none: 0, new: 0, ignored: 0, tied: 0 }
  for (const { connectionId, ...each } of counts) {
    if (connection !== undefined && connection !== connectionId) continue
    for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += each[key]
  }
  return sum
}

export function waitingOf(counts: Omit<MappingCounts, 'connectionId'>): number {
  return counts.certain + counts.likely + counts.possible + counts.none + counts.new
}
