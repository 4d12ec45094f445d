import type { AlertRule } from './rule.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const MINUTES_A_DAY = 1_440

/**
 * When what happens now is told by a rule: at once, at the next full hour, or at its minute of the day; and not before its
 * quiet hours end. Never earlier than now.
 */
export function decideDue(
  rule: Pick<AlertRule, 'timing' | 'dailyAtMinute' | 'timeZone' | 'quietFromMinute' | 'quietUntilMinute'>,
  now: Date,
): Date {
  const { timeZone, quietFromMinute: from, quietUntilMinute: until } = rule
  const at = atTiming(rule, now)
  if (from === null || until === null || !isBetween(minuteAt(at, timeZone), from, until)) return at
  return nextAtMinute(at, until, timeZone)
}

function atTiming(rule: Parameters<typeof decideDue>[0], now: Date): Date {
  switch (rule.timing) {
    case 'at-once':
      return now
    case 'hourly':
      return new Date(Math.ceil(now.getTime() / HOUR_MS) * HOUR_MS)
    case 'daily':
      return nextAtMinute(now, rule.dailyAtMinute, rule.timeZone)
    default: {
      const never: never = rule.timing
      return never
    }
  }
}

/** Whether a minute of the day lies in [from, until), which may go over midnight; the same twice is never. */
function isBetween(minute: number, from: number, until: number): boolean {
  return from <= until ? minute >= from && minute < until : minute >= from || minute < until
}

/** The next whole minute, not before `at`, at which clocks there show it. One that they leap over is the moment of the leap or later. */
function nextAtMinute(at: Date, minute: number, timeZone: string): Date {
  let next = Math.ceil(at.getTime() / MINUTE_MS) * MINUTE_MS
  // Once for the day, once more where clocks are set on the way.
  for (let tries = 0; tries < 3; tries += 1) {
    const shown = minuteAt(new Date(next), timeZone)
    const wait = (minute - shown + MINUTES_A_DAY) % MINUTES_A_DAY
    // Set on by an hour on the way: it is an hour before, and not a day later.
    const isPast = tries > 0 && wait > MINUTES_A_DAY / 2
    next = Math.max(at.getTime(), next + (isPast ? wait - MINUTES_A_DAY : wait) * MINUTE_MS)
  }
  return new Date(next)
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** Minutes since midnight that clocks show in a time zone. */
export function minuteAt(at: Date, timeZone: string): number {
  let format = formats.get(timeZone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hourCycle: 'h23',
      hour: 'numeric',
      minute: 'numeric',
    })
    formats.set(timeZone, format)
  }
  const parts = format.formatToParts(at)
  const part = (type: string) => Number(parts.find((each) => each.type === type)?.value ?? 0)
  return part('hour') * 60 + part('minute')
}
