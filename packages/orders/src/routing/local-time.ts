/** A moment as clocks and calendars at a place show it. */
export type LocalTime = {
  /** As 2026-05-01. */
  day: string
  /** Days since 1970-01-01. */
  dayNumber: number
  /** Since midnight. */
  minutes: number
}

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

export function dayNumberOf(day: string): number {
  return Math.round(Date.parse(`${day}T00:00:00Z`) / DAY_MS)
}

/** 15:30 → 930. */
export function minutesOf(time: string): number {
  const [hours = '0', minutes = '0'] = time.split(':')
  return Number(hours) * 60 + Number(minutes)
}

/**
 * Local times by zone. To ask the calendar takes longer than to route an order, and orders of one batch ask for one minute.
 */
export class LocalTimes {
  readonly #formats = new Map<string, Intl.DateTimeFormat>()
  readonly #known = new Map<string, { minute: number; time: LocalTime }>()

  at(instant: Date, timeZone: string): LocalTime {
    const minute = Math.floor(instant.getTime() / MINUTE_MS)
    const known = this.#known.get(timeZone)
    if (known?.minute === minute) return known.time
    const time = toLocalTime(instant, this.#formatOf(timeZone))
    this.#known.set(timeZone, { minute, time })
    return time
  }

  #formatOf(timeZone: string): Intl.DateTimeFormat {
    let format = this.#formats.get(timeZone)
    if (format === undefined) {
      format = new Intl.DateTimeFormat('en', {
        timeZone,
        hourCycle: 'h23',
        year: 'numeric',
        month: '2-digit',
        day: '2-digit',
        hour: '2-digit',
        minute: '2-digit',
      })
      this.#formats.set(timeZone, format)
    }
    return format
  }
}

function toLocalTime(instant: Date, format: Intl.DateTimeFormat): LocalTime {
  const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, value]))
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? ''
  const day = `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`
  return { day, dayNumber: dayNumberOf(day), minutes: minutesOf(`${part('hour')}:${part('minute')}`) }
}
