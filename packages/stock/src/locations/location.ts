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
  /** As addresses write it, such as CA. */
  region: string | null
  postalCode: string | null
  /** Degrees; both or neither. */
  latitude: number | null
  longitude: number | null
  /** 1 is preferred to 2 when orders are routed. */
  routingPriority: number
  /** Local time, as 15:00, by which an order leaves on the same day; null: any. */
  cutOff: string | null
  /** Parcels; null: as many as come. */
  capacityPerDay: number | null
  /** Whether orders leave from here; null: as its kind says (transit and marketplace-fulfilled do not). */
  ships: boolean | null
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
  region: null,
  postalCode: null,
  latitude: null,
  longitude: null,
  routingPriority: 100,
  cutOff: null,
  capacityPerDay: null,
  ships: null,
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
  return findBadRouting(fields)
}

/** Of what routing goes by. */
function findBadRouting(fields: LocationFields): Refusal | undefined {
  const bad = (field: string, message: string) => refuse('invalid-location', field, message)
  const { region, postalCode, latitude, longitude, routingPriority, cutOff, capacityPerDay } = fields
  if (region !== null && (region.trim() === '' || region.length > 100))
    return bad('region', 'A region has 1 to 100 characters.')
  if (postalCode !== null && (postalCode.trim() === '' || postalCode.length > 20))
    return bad('postalCode', 'A postal code has 1 to 20 characters.')
  if ((latitude === null) !== (longitude === null))
    return bad('longitude', 'Give the latitude and the longitude, or neither.')
  if (latitude !== null && !(latitude >= -90 && latitude <= 90))
    return bad('latitude', `${latitude} is no latitude: from -90 to 90 degrees.`)
  if (longitude !== null && !(longitude >= -180 && longitude <= 180))
    return bad('longitude', `${longitude} is no longitude: from -180 to 180 degrees.`)
  if (!Number.isInteger(routingPriority) || routingPriority < 1 || routingPriority > 1_000_000)
    return bad('routingPriority', 'A priority is a whole number from 1, the most preferred, to 1,000,000.')
  if (cutOff !== null && !/^([01]\d|2[0-3]):[0-5]\d$/.test(cutOff))
    return bad('cutOff', `"${cutOff}" is no time of day: write it as 15:00.`)
  if (
    capacityPerDay !== null &&
    (!Number.isInteger(capacityPerDay) || capacityPerDay < 0 || capacityPerDay > CAPACITY_MAX)
  )
    return bad('capacityPerDay', 'A capacity is a whole number of parcels, or none.')
  return undefined
}
const CAPACITY_MAX = 2_000_000_000
