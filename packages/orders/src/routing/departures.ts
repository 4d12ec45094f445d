import { nextWorkingDay } from '@plimsoll/stock'
import type { LocalTime } from './local-time.ts'
import { dayNumberOf, minutesOf } from './local-time.ts'

/** Of a place that is closed for a year and more: no order leaves. */
export const NEVER_DAYS = 366

type Calendar = { openingDays: readonly number[]; holidays: readonly string[]; cutOff: string | null }

/**
 * In how many days, 0 for today, what is routed now leaves a place: today if it works today and its cut-off is not over,
 * else on its next working day.
 */
export function daysUntilItLeaves(place: Calendar, { day, dayNumber, minutes }: LocalTime): number {
  const isInTime = place.cutOff === null || minutes < minutesOf(place.cutOff)
  const from = isInTime ? dayNumber : dayNumber + 1
  const next = nextWorkingDay(isInTime ? day : dayOf(from), place)
  return next === undefined ? NEVER_DAYS : dayNumberOf(next) - dayNumber
}

function dayOf(dayNumber: number): string {
  return new Date(dayNumber * 86_400_000).toISOString().slice(0, 10)
}

/** Remembers the answers of one place: most orders of a batch ask on one day, before its cut-off or after it. */
export class Departures {
  readonly #place: Calendar
  readonly #known = new Map<string, number>()

  constructor(place: Calendar) {
    this.#place = place
  }

  daysAt(time: LocalTime): number {
    const { cutOff } = this.#place
    const key = `${time.day}${cutOff !== null && time.minutes >= minutesOf(cutOff) ? ' late' : ''}`
    let days = this.#known.get(key)
    if (days === undefined) {
      days = daysUntilItLeaves(this.#place, time)
      this.#known.set(key, days)
    }
    return days
  }
}
