import type { PartnerProfile } from './profile.ts'
import { find, findSegment, get, getWhole, type Segment, wrong } from './segment.ts'
import { fromCompact, fromLocal } from './zone.ts'

/** What several sets read alike, by the profile's codes. */

/** The unit that is written, with how many of ours one is. */
export function writtenUnit({ units }: PartnerProfile): { code: string; size: number } {
  const [code, size] = Object.entries(units).find(([, each]) => each === 1) ?? ['EA', 1]
  return { code, size }
}

/** A quantity with its unit: whole units of ours. */
export function getUnits(
  from: Segment,
  quantityAt: [element: number, component?: number],
  unitAt: [element: number, component?: number],
  { units }: PartnerProfile,
  options: { signed?: boolean; unitMayLack?: boolean } = {},
): number {
  const count = getWhole(from, quantityAt[0], quantityAt[1] ?? 1, options)
  const unit = options.unitMayLack ? find(from, ...unitAt) : get(from, ...unitAt)
  const size = unit === undefined ? 1 : lookUp(units, unit)
  if (size === undefined) throw wrong(from, 'code-unknown', `the profile knows no unit "${unit}"`, ...unitAt)
  if (!Number.isSafeInteger(count * size))
    throw wrong(from, 'not-a-number', `${count} of ${size} are more than can be counted`, ...quantityAt)
  return count * size
}

/** Our SKU among pairs of qualifier and id that begin at these elements, or in X12's own place of a UPC. */
export function getSku(
  from: Segment,
  pairsAt: readonly number[],
  { itemQualifiers }: PartnerProfile,
  upcAt?: number,
): string {
  for (const qualifier of itemQualifiers) {
    const at = pairsAt.find((element) => find(from, element) === qualifier)
    if (at !== undefined) return get(from, at + 1)
    if (qualifier === 'UP' && upcAt !== undefined && find(from, upcAt) !== undefined) return get(from, upcAt)
  }
  throw wrong(from, 'element-missing', `names no item by ${itemQualifiers.join(' or ')}`, pairsAt[0])
}

/** An instant of two elements on the partner's clock. */
export function getInstant(
  from: Segment,
  dateAt: number,
  timeAt: number | undefined,
  { zone }: PartnerProfile,
): Date {
  const date = get(from, dateAt)
  const time = timeAt === undefined ? undefined : find(from, timeAt)
  const at = fromLocal(date, time, zone)
  if (at === undefined) throw wrong(from, 'not-a-date', `"${date} ${time ?? ''}" is no date`, dateAt)
  return at
}

/**
 * When something had left at the latest: of a day without a time its last second. Taken for its first, a count of that morning,
 * which has it still, would put it on hand again.
 */
export function getLeft(
  from: Segment,
  dateAt: number,
  timeAt: number | undefined,
  profile: PartnerProfile,
): Date {
  const hasTime = timeAt !== undefined && find(from, timeAt) !== undefined
  if (hasTime) return getInstant(from, dateAt, timeAt, profile)
  const date = get(from, dateAt)
  const at = fromLocal(date, DAY_END, profile.zone)
  if (at === undefined) throw wrong(from, 'not-a-date', `"${date}" is no date`, dateAt)
  return at
}
/** The last second of a day, as a time is written. */
export const DAY_END = '235959'

export function findDay(from: Segment | undefined, element: number, component = 1): string | undefined {
  if (from === undefined) return undefined
  const written = find(from, element, component)
  if (written === undefined) return undefined
  const day = fromCompact(written)
  if (day === undefined) throw wrong(from, 'not-a-date', `"${written}" is no date`, element, component)
  return day
}

/** The code of the profile's table; one that it lacks is refused. */
export function getCode<T>(
  from: Segment,
  [element, component]: [element: number, component?: number],
  table: Readonly<Record<string, T>>,
  called: string,
): T {
  const written = get(from, element, component)
  const meaning = lookUp(table, written)
  if (meaning === undefined)
    throw wrong(from, 'code-unknown', `the profile knows no ${called} "${written}"`, element, component)
  return meaning
}

/** Where the profile says that our reference stands. */
export function findAt(
  segments: readonly Segment[],
  place: { segment: string; element: number; component?: number | undefined; qualifier?: string | undefined },
): string | undefined {
  const found = findSegment(
    segments,
    place.segment,
    place.qualifier === undefined ? undefined : [place.qualifier],
  )
  return found === undefined ? undefined : find(found, place.element, place.component)
}

/** The partner's location in an N1 loop of the warehouse; undefined where there is none. */
export function findLocation(segments: readonly Segment[], profile: PartnerProfile): string | undefined {
  const named =
    profile.syntax === 'x12'
      ? findSegment(segments, 'N1', ['WH'])
      : findSegment(segments, 'NAD', ['WH', 'GM'])
  const id = named && (profile.syntax === 'x12' ? find(named, 4) : find(named, 2))
  if (named === undefined || id === undefined)
    return profile.locations.length === 1 ? profile.locations[0]?.id : undefined
  if (!profile.locations.some((location) => location.id === id))
    throw wrong(
      named,
      'code-unknown',
      `the profile knows no location "${id}"`,
      profile.syntax === 'x12' ? 4 : 2,
    )
  return id
}

/** The profile's key for a meaning: what a simulated partner writes. */
export function codeFor(table: Readonly<Record<string, string>>, meaning: string, called: string): string {
  const found = Object.entries(table).find(([, each]) => each === meaning)
  if (found === undefined) throw new Error(`the profile has no code for ${called} ${meaning}`)
  return found[0]
}

/** A name that the profile's table has; undefined, and never what every object inherits, where it has none. */
export function lookUp<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined
}
