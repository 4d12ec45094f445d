import type { LocationKind } from '@plimsoll/database'
import { type Refusal, refuse } from '../errors.ts'
import { isCountry, isDay, isTimeZone } from './calendar.ts'

/** What is known of a location, beside its code, which names it for good. */
export type LocationFields = {
  /** ISO weekdays, 1 Monday to 7 Sunday. */
  openingDays: number[]
  /** Closed all the same, as 2026-12-25. */
  holidays: string[]
  name: string
  kind: LocationKind
  /** ISO 3166-1, two capitals. */
  country: string | null
  /** IANA. */
  timeZone: string
  /** The connection whose own count is the truth here; null: the hub counts. */
  countedBy: string | null
  address: string | null
}

/** A location as it stands; `version` changes with each change. Plain JSON. */
export type LocationDetail = LocationFields & {
  locationId: string
  code: string
  createdAt: string
  archivedAt: string | null
  version: number
}

export const NEW_LOCATION: Omit<LocationFields, 'name' | 'kind'> = {
  country: null,
  timeZone: 'UTC',
  countedBy: null,
  address: null,
  openingDays: [1, 2, 3, 4, 5],
  holidays: [],
}

const kinds: readonly LocationKind[] = [
  'warehouse',
  'store',
  '3pl',
  'overseas',
  'marketplace-fulfilled',
  'transit',
]

/** Refuses what cannot be a location, by its field. */
export function findBadLocation(code: string, fields: LocationFields): Refusal | undefined {
  const bad = (field: string, message: string) => refuse('invalid-location', field, message)
  if (code.trim() !== code || code === '' || code.length > 100) {
    return bad('code', 'A code has 1 to 100 characters, without spaces around it.')
  }
  if (fields.name.trim() === '' || fields.name.length > 200)
    return bad('name', 'A name has 1 to 200 characters.')
  if (!kinds.includes(fields.kind)) return bad('kind', `"${fields.kind}" is none of: ${kinds.join(', ')}.`)
  if (fields.country !== null && !isCountry(fields.country)) {
    return bad('country', `"${fields.country}" is no country: two capitals of ISO 3166, such as DE or CN.`)
  }
  if (!isTimeZone(fields.timeZone)) {
    return bad(
      'timeZone',
      `"${fields.timeZone}" is no time zone: a name such as Europe/Berlin or Asia/Shanghai.`,
    )
  }
  if ((fields.address?.length ?? 0) > 1_000) return bad('address', 'An address has at most 1,000 characters.')
  const wrongDay = fields.openingDays.find((day) => !Number.isInteger(day) || day < 1 || day > 7)
  if (wrongDay !== undefined)
    return bad('openingDays', `${wrongDay} is no weekday: 1 is Monday, 7 is Sunday.`)
  const wrongHoliday = fields.holidays.find((day) => !isDay(day))
  if (wrongHoliday !== undefined)
    return bad('holidays', `"${wrongHoliday}" is no day: write it as 2026-05-01.`)
  return undefined
}
