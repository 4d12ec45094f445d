/** When a platform counts its day anew: at this hour of that time zone's wall clock. */
export type DailyReset = { hour: number; timeZone: string }

const hourMs = 3_600_000
const quarterMs = 900_000

/**
 * The last moment at or before `at` (milliseconds since the epoch) at which the day was counted anew. Offsets of time
 * zones are quarters of an hour, so quarters are looked at, backwards: a day with a change of clocks has 23 or 25
 * hours, and where the hour itself is skipped, the first moment after it counts.
 */
export function lastResetBefore(at: number, reset: DailyReset): number {
  const first = Math.floor(at / quarterMs) * quarterMs
  for (let quarter = first; quarter > at - 49 * hourMs; quarter -= quarterMs) {
    if (isReset(quarter, reset)) return quarter
  }
  throw new RangeError(`there is no day of ${reset.timeZone} before ${at}`)
}

/** The next moment after `at` at which the day is counted anew. */
export function nextResetAfter(at: number, reset: DailyReset): number {
  const first = Math.floor(at / quarterMs) * quarterMs + quarterMs
  for (let quarter = first; quarter <= at + 49 * hourMs; quarter += quarterMs) {
    if (isReset(quarter, reset)) return quarter
  }
  throw new RangeError(`there is no day of ${reset.timeZone} after ${at}`)
}

/** The day that counts changes between the quarter before and this one. */
function isReset(quarter: number, reset: DailyReset): boolean {
  return dayOf(quarter, reset) !== dayOf(quarter - quarterMs, reset)
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** The day that the platform counts a moment to: the wall clock's, or the day before where the hour has not come. */
function dayOf(at: number, { hour, timeZone }: DailyReset): number {
  let format = formats.get(timeZone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
    })
    formats.set(timeZone, format)
  }
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? Number.NaN
  const day = Date.UTC(part('year'), part('month') - 1, part('day')) / (24 * hourMs)
  // Clocks set back repeat an hour: a day once begun does not end again.
  return part('hour') >= hour ? day : day - 1
}
