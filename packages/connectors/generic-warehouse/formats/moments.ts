/** Dates and times as files write them, by a pattern and a zone that the person has named. Never guessed. */

const PARTS: Record<string, string> = {
  YYYY: '(?<year>\\d{4})',
  YY: '(?<shortYear>\\d{2})',
  MM: '(?<month>\\d{1,2})',
  DD: '(?<day>\\d{1,2})',
  HH: '(?<hour>\\d{1,2})',
  mm: '(?<minute>\\d{2})',
  ss: '(?<second>\\d{2})',
}
const TOKEN = /YYYY|YY|MM|DD|HH|mm|ss/g

export function isPattern(pattern: string): boolean {
  const tokens: string[] = pattern.match(TOKEN) ?? []
  return (
    new Set(tokens).size === tokens.length &&
    tokens.some((each) => each.startsWith('YY')) &&
    tokens.includes('MM') &&
    tokens.includes('DD')
  )
}

/**
 * @param pattern such as `YYYYMMDDHHmmss` or `DD.MM.YYYY HH:mm`; a pattern of a date alone is its first moment
 * @param zone `+08:00`, or the name of one: `Europe/Berlin`
 * @returns undefined where the text does not follow the pattern, or no such day exists
 */
export function readMoment(text: string, pattern: string, zone: string): Date | undefined {
  const escaped = pattern.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  // Digits that follow each other without anything between have all their digits.
  const isTight = !/[^A-Za-z]/.test(pattern)
  const source = escaped.replaceAll(TOKEN, (token) =>
    isTight ? (PARTS[token] ?? '').replace('{1,2}', '{2}') : (PARTS[token] ?? ''),
  )
  const found = new RegExp(`^${source}$`).exec(text.trim())?.groups
  if (found === undefined) return undefined
  const year = found.year === undefined ? 2_000 + Number(found.shortYear) : Number(found.year)
  const [month, day] = [Number(found.month), Number(found.day)]
  const [hour, minute, second] = [
    Number(found.hour ?? 0),
    Number(found.minute ?? 0),
    Number(found.second ?? 0),
  ]
  if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 60) return undefined
  const local = Date.UTC(year, month - 1, day, hour, minute, second)
  const back = new Date(local)
  if (back.getUTCDate() !== day || back.getUTCMonth() !== month - 1) return undefined
  return new Date(local - offsetMs(zone, local))
}

/** What is written for a moment; the other way round than `readMoment`. */
export function writeMoment(moment: Date, pattern: string, zone: string): string {
  const local = new Date(moment.getTime() + offsetAt(zone, moment.getTime()))
  const digits = (value: number, length = 2) => String(value).padStart(length, '0')
  const values: Record<string, string> = {
    YYYY: digits(local.getUTCFullYear(), 4),
    YY: digits(local.getUTCFullYear() % 100),
    MM: digits(local.getUTCMonth() + 1),
    DD: digits(local.getUTCDate()),
    HH: digits(local.getUTCHours()),
    mm: digits(local.getUTCMinutes()),
    ss: digits(local.getUTCSeconds()),
  }
  return pattern.replaceAll(TOKEN, (token) => values[token] ?? '')
}

export function isZone(zone: string): boolean {
  if (FIXED.test(zone)) return true
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false // RangeError: there is no such zone
  }
}

const FIXED = /^(Z|[+-]\d{2}:\d{2})$/

/** How far a zone's clock is ahead when it shows `local` (as if that were UTC). In the hour that comes twice: the first. */
function offsetMs(zone: string, local: number): number {
  const around = [offsetAt(zone, local - DAY_MS), offsetAt(zone, local + DAY_MS)]
  // The larger one is the earlier moment.
  const fitting = around.filter((offset) => offsetAt(zone, local - offset) === offset)
  // In the hour that never comes none fits: as if the clock had not been set yet.
  return fitting.length > 0 ? Math.max(...fitting) : (around[0] ?? 0)
}

const DAY_MS = 86_400_000

function offsetAt(zone: string, at: number): number {
  if (zone === 'Z') return 0
  const fixed = FIXED.test(zone) ? /([+-])(\d{2}):(\d{2})/.exec(zone) : null
  if (fixed !== null) return (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * 60 + Number(fixed[3])) * 60_000
  const parts = formatOf(zone).formatToParts(at)
  const part = (type: string) => Number(parts.find((each) => each.type === type)?.value)
  const shown = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  )
  return shown - Math.floor(at / 1_000) * 1_000
}

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat('en', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formats.set(zone, made)
  return made
}
