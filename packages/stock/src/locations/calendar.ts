/** When a location works: weekdays as ISO numbers them (1 Monday to 7 Sunday), and days that are closed all the same. */
export type Calendar = { openingDays: readonly number[]; holidays: readonly string[] }

const DAY_MS = 86_400_000
/** Whoever is closed for longer has no next working day. */
const DAYS_AHEAD_MAX = 366

/**
 * The first day, from `day` on, on which the location works.
 * @param day as 2026-05-01, at the location
 * @returns undefined where it is closed for a year and more
 */
export function nextWorkingDay(day: string, calendar: Calendar): string | undefined {
  const start = Date.parse(`${day}T00:00:00Z`)
  for (let ahead = 0; ahead <= DAYS_AHEAD_MAX; ahead += 1) {
    const date = new Date(start + ahead * DAY_MS)
    const text = date.toISOString().slice(0, 10)
    if (calendar.openingDays.includes(date.getUTCDay() || 7) && !calendar.holidays.includes(text)) return text
  }
  return undefined
}

/** The day that it is at a location, as 2026-05-01. */
export function dayAt(instant: Date, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).formatToParts(instant)
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? ''
  return `${part('year')}-${part('month')}-${part('day')}`
}

/** Whether it is a day that exists, as 2026-05-01. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const date = new Date(`${text}T00:00:00Z`)
  // 30 February parses as 2 March where it parses at all.
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}

/** Whether it names a time zone of the IANA data that this Node has. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
  // An offset such as +08:00 is taken too, but is no zone: it knows no summer time.
  return !/^[+-]/.test(name)
}

/** Whether it is a country code as ISO 3166-1 assigns them, in two capitals. */
export function isCountry(code: string): boolean {
  if (!/^[A-Z]{2}$/.test(code)) return false
  // Codes that were given up, such as UK and DD, are read as what took their place.
  if (new Intl.Locale(`und-${code}`).region !== code) return false
  const name = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' }).of(code)
  // Codes that are kept for private use have names, but are no countries.
  return name !== undefined && !NO_COUNTRIES.has(code)
}

const NO_COUNTRIES = new Set(['EU', 'EZ', 'UN', 'QO', 'ZZ', 'XA', 'XB', 'AC', 'CP', 'DG', 'EA', 'IC', 'TA'])
