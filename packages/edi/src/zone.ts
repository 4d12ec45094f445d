/** Dates and times of files carry no zone: they are those of the partner's clock, whose zone the profile names. */

/** `CCYYMMDD`, `HHMM` and `SS` on the zone's clock. */
export function toLocal(at: Date, zone: string): { date: string; time: string; seconds: string } {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    })
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  )
  const { year = '', month = '', day = '', hour = '', minute = '', second = '' } = parts
  return { date: `${year.padStart(4, '0')}${month}${day}`, time: `${hour}${minute}`, seconds: second }
}

/**
 * The instant that the zone's clock shows so; undefined where there is no such date. Without a time it is the day's
 * beginning. Where the clock is put back and an hour comes twice, it is the first.
 */
export function fromLocal(date: string, time: string | undefined, zone: string): Date | undefined {
  const day = /^(\d{4})(\d{2})(\d{2})$/.exec(date)
  const clock = /^([01]\d|2[0-3])([0-5]\d)(?:([0-5]\d)\d{0,2})?$/.exec(time ?? '0000')
  if (day === null || clock === null) return undefined
  const isoDay = `${day[1]}-${day[2]}-${day[3]}`
  const asUtc = Date.parse(`${isoDay}T${clock[1]}:${clock[2]}:${clock[3] ?? '00'}Z`)
  if (Number.isNaN(asUtc) || new Date(asUtc).toISOString().slice(0, 10) !== isoDay) return undefined
  // The offset is that of the instant sought, which it shifts: a day to both sides there are at most two.
  const tries = [asUtc - DAY_MS, asUtc + DAY_MS].map((at) => asUtc - offsetMs(at, zone))
  const hits = tries.filter((at) => at + offsetMs(at, zone) === asUtc).sort((one, other) => one - other)
  // An hour that the clock leaps over: read with the offset before the leap.
  return new Date(hits[0] ?? tries[0] ?? asUtc)
}

const DAY_MS = 86_400_000

function offsetMs(at: number, zone: string): number {
  const seconds = Math.floor(at / 1_000) * 1_000
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
      .formatToParts(new Date(seconds))
      .map(({ type, value }) => [type, Number(value)]),
  )
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  return Date.UTC(year, month - 1, day, hour, minute, second) - seconds
}

/** `2026-11-26` ↔ `20261126`. */
export const toCompact = (isoDate: string) => isoDate.replaceAll('-', '')

export function fromCompact(date: string): string | undefined {
  const iso = /^(\d{4})(\d{2})(\d{2})$/.exec(date)?.slice(1).join('-')
  if (iso === undefined) return undefined
  const at = Date.parse(`${iso}T00:00:00Z`)
  return Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== iso ? undefined : iso
}
