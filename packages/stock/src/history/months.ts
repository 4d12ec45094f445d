/** Months of the ledger are those of UTC; each is named by its first moment. */

const DAY_MS = 86_400_000
/** A month is closed this long after its end: until then a clock that lags may still record into it. */
const SETTLING_MS = 3_600_000

/** The first moment of the month that holds `moment`, or of one so many months later. */
export function startOfMonth(moment: Date, monthsLater = 0): Date {
  return new Date(Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth() + monthsLater, 1))
}

/** The month as people write it: 2025-01. */
export function monthText(moment: Date): string {
  return moment.toISOString().slice(0, 7)
}

/** Reads 2025-01; undefined for anything else. */
export function parseMonth(text: string): Date | undefined {
  const found = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(text)
  return found === null ? undefined : new Date(Date.UTC(Number(found[1]), Number(found[2]) - 1, 1))
}

/** True once a month is over for long enough to be closed. */
export function isOver(month: Date, now: Date): boolean {
  return now.getTime() >= startOfMonth(month, 1).getTime() + SETTLING_MS
}

/** The last moment at which months may be looked after again: in a day, or when the next one can be closed. */
export function nextMonthsChoreMs(now: Date): number {
  const closable = startOfMonth(now, 1).getTime() + SETTLING_MS
  return Math.min(DAY_MS, closable - now.getTime())
}
