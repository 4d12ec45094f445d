import { formatMoment, formatNumber } from '../format.ts'

const LENGTH_MAX = 100
const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/

/** A value of a setting, as short as it can be said: numbers and moments in the reader's locale. */
export function sayValue(value: unknown, nothing: string, locale: string): string {
  if (value === undefined || value === null) return nothing
  if (typeof value === 'number') return formatNumber(locale, value)
  if (typeof value === 'string') return instant.test(value) ? formatMoment(locale, value) : short(value)
  return short(JSON.stringify(value))
}

function short(text: string): string {
  return text.length > LENGTH_MAX ? `${text.slice(0, LENGTH_MAX)}…` : text
}
