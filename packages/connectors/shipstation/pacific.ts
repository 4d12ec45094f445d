/**
 * V1 writes and takes moments by the clocks of Los Angeles, and does not say so (docs.shipstation.com, V1 requirements).
 * One hour a year comes twice.
 */
const clock = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'America/Los_Angeles',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})
const HOUR_MS = 3_600_000

/** `2026-11-26T09:30:00`. */
export function toPacific(at: Date): string {
  return clock.format(at).replace(' ', 'T')
}

/** Undefined: it is no moment. Of the hour that comes twice the first; of that which never comes, the one after. */
export function fromPacific(written: string): Date | undefined {
  const [, seconds, fraction = ''] =
    /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?$/.exec(written.trim()) ?? []
  if (seconds === undefined) return undefined
  const wanted = seconds.replace(' ', 'T')
  const asUtc = Date.parse(`${wanted}Z`)
  if (Number.isNaN(asUtc)) return undefined
  const ms = Number(fraction.padEnd(3, '0').slice(0, 3))
  const found = [7, 8]
    .map((hours) => asUtc + hours * HOUR_MS)
    .find((at) => toPacific(new Date(at)) === wanted)
  return new Date((found ?? asUtc + 8 * HOUR_MS) + ms)
}

/**
 * What to ask for so that nothing from `at` on is left out: a second earlier, since it says no fractions, and where that
 * hour comes again, an hour earlier, since nobody knows which of the two is meant.
 */
export function pacificFilter(at: Date): string {
  const from = new Date(Math.max(0, at.getTime() - 1_000))
  const again = toPacific(new Date(from.getTime() + HOUR_MS)) === toPacific(from)
  return toPacific(again ? new Date(from.getTime() - HOUR_MS) : from)
}
