import type { ReplenishmentRow } from '@plimsoll/client'
import type { ReplenishmentListQuery, ReplenishmentSort } from '@plimsoll/client/client'
import type { Shape } from '../parts/standing.tsx'

export type Urgency = ReplenishmentRow['urgency']

/** The most urgent first, each with its shape. */
export const urgencyShapes = {
  out: 'bad',
  late: 'late',
  due: 'waiting',
  soon: 'gone',
  enough: 'good',
  'no-demand': 'none',
  unknown: 'none',
  off: 'none',
} as const satisfies Record<Urgency, Shape>
export const urgencies: Urgency[] = ['out', 'late', 'due', 'soon', 'enough', 'no-demand', 'unknown', 'off']

const sorts: readonly ReplenishmentSort[] = [
  'urgency',
  'cover',
  'runs-out',
  'available',
  'incoming',
  'demand',
  'suggested',
  'sku',
  'location',
]

/** What the address says of the list. */
export type ReplenishmentSearch = {
  q?: string
  location?: string
  urgency?: Urgency
  suggested?: true
  sort?: ReplenishmentSort
  down?: true
}

export function readReplenishmentSearch(search: Record<string, unknown>): ReplenishmentSearch {
  const urgency = urgencies.find((each) => each === search.urgency)
  const sort = sorts.find((each) => each === search.sort)
  // Text of digits arrives as a number.
  const [q, location] = [search.q, search.location].map((each) => (each === undefined ? '' : String(each)))
  return {
    ...(q && { q }),
    ...(location && { location }),
    ...(urgency && { urgency }),
    ...(search.suggested === true && { suggested: true }),
    ...(sort && { sort }),
    ...(search.down === true && { down: true }),
  }
}

export function toQuery({
  q,
  location,
  urgency,
  suggested,
  sort,
  down,
}: ReplenishmentSearch): ReplenishmentListQuery {
  return {
    limit: 100,
    ...(q && { search: q }),
    ...(location && { location }),
    ...(urgency && { urgency }),
    ...(suggested && { suggested: 'true' }),
    ...(sort && { sort }),
    ...(down && { direction: 'down' }),
  }
}

/** How full a bar of cover is, from 0 to 1, and where on it the lead time ends: in its middle, so that all compare. */
export function coverShare(coverDays: number, leadDays: number): number {
  return Math.min(1, coverDays / Math.max(2 * leadDays, 2))
}
