/** Numbers, moments and spans in the reader's locale. Formatters are kept: making one costs more than using it. */
const kept = new Map<string, unknown>()
function keep<T>(key: string, make: () => T): T {
  if (!kept.has(key)) kept.set(key, make())
  return kept.get(key) as T
}

export function formatNumber(locale: string, value: number): string {
  return keep(`n ${locale}`, () => new Intl.NumberFormat(locale)).format(value)
}
/** A day, such as that on which a lot expires; the same wherever it is read. */
export function formatDay(locale: string, day: string): string {
  const format = () => new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' })
  return keep(`day ${locale}`, format).format(new Date(day))
}
/** With its sign, as a change reads: +3, −2. */
export function formatChange(locale: string, value: number): string {
  return keep(`c ${locale}`, () => new Intl.NumberFormat(locale, { signDisplay: 'exceptZero' })).format(value)
}
/** A share between 0 and 1; never rounded up to a whole that it is not. */
export function formatShare(locale: string, share: number): string {
  const shown = share < 1 ? Math.min(0.999, share) : 1
  const format = () => new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 })
  return keep(`s ${locale}`, format).format(shown)
}
/** @param ms a duration; under a second in milliseconds, else in seconds with one decimal */
export function formatDuration(locale: string, ms: number): string {
  const unit = ms < 1000 ? 'millisecond' : 'second'
  const format = () =>
    new Intl.NumberFormat(locale, {
      style: 'unit',
      unit,
      unitDisplay: unit === 'second' ? 'narrow' : 'short',
      maximumFractionDigits: unit === 'second' ? 1 : 0,
    })
  return keep(`d ${unit} ${locale}`, format).format(unit === 'second' ? ms / 1000 : ms)
}
/** “12s ago”, “now” within a second; a moment ahead of the hub's clock (skew) reads as now, too; a date after two weeks. */
export function formatAgo(locale: string, iso: string, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - Date.parse(iso)) / 1000))
  const format = keep(
    `a ${locale}`,
    () => new Intl.RelativeTimeFormat(locale, { style: 'narrow', numeric: 'always' }),
  )
  if (seconds < 2) {
    const now = () => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
    return keep(`now ${locale}`, now).format(0, 'second')
  }
  if (seconds < 60) return format.format(-seconds, 'second')
  if (seconds < 3600) return format.format(-Math.floor(seconds / 60), 'minute')
  if (seconds < 86_400) return format.format(-Math.floor(seconds / 3600), 'hour')
  if (seconds < 14 * 86_400) return format.format(-Math.floor(seconds / 86_400), 'day')
  // Nobody counts two hundred days.
  const date = () => new Intl.DateTimeFormat(locale, { dateStyle: 'medium' })
  return keep(`date ${locale}`, date).format(new Date(iso))
}
/** When a step of a chart begins: by its hour, by day and hour, or by its day. */
export function formatStep(locale: string, iso: string, stepMs: number): string {
  const isDay = stepMs >= 86_400_000
  const options: Intl.DateTimeFormatOptions = isDay
    ? { month: 'short', day: 'numeric' }
    : { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
  return keep(`step ${isDay} ${locale}`, () => new Intl.DateTimeFormat(locale, options)).format(new Date(iso))
}
export function formatTime(locale: string, iso: string): string {
  const format = () =>
    new Intl.DateTimeFormat(locale, {
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    })
  return keep(`t ${locale}`, format).format(new Date(iso))
}
export function formatMoment(locale: string, iso: string): string {
  const format = () =>
    new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' })
  return keep(`m ${locale}`, format).format(new Date(iso))
}
