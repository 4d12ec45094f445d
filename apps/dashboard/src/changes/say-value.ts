import { formatMoment, formatNumber } from '../format.ts'

const LENGTH_MAX = 160
const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/

/** What a change is told with: the reader's language, and names of what ids stand for. */
export type Telling = {
  nothing: string
  yes: string
  no: string
  locale: string
  /** Of a location or a connection. */
  nameOf(id: string): string | undefined
  labelOf(field: string): string
  /** Of a value that is a code, by its field; undefined: it is none, and stays as it is. */
  wordOf(field: string, value: string): string | undefined
}

/**
 * A value of a setting, as short as it can be said: names in place of ids and codes, numbers, spans and moments in the
 * reader's locale.
 */
export function sayValue(field: string, value: unknown, telling: Telling): string {
  return short(say(field, value, telling))
}

function say(field: string, value: unknown, telling: Telling): string {
  const { nothing, yes, no, locale, nameOf, labelOf, wordOf } = telling
  if (value === undefined || value === null || value === '') return nothing
  if (typeof value === 'boolean') return value ? yes : no
  if (typeof value === 'number') return sayNumber(field, value, locale)
  if (typeof value === 'string')
    return instant.test(value)
      ? formatMoment(locale, value)
      : (nameOf(value) ?? wordOf(field, value) ?? value)
  if (Array.isArray(value)) {
    // A list of units has no commas in Chinese.
    const list = new Intl.ListFormat(locale, { type: 'conjunction', style: 'narrow' })
    return value.length === 0 ? nothing : list.format(value.map((each) => say(field, each, telling)))
  }
  const told = Object.entries(value).filter(([, each]) => each !== null && each !== '')
  return told.length === 0
    ? nothing
    : told.map(([field, each]) => `${labelOf(field)} ${say(field, each, telling)}`).join(' · ')
}

function sayNumber(field: string, value: number, locale: string): string {
  if (field.endsWith('Ms')) return saySpan(value, locale)
  if (field !== 'openingDays') return formatNumber(locale, value)
  // 1 is Monday, as in ISO 8601; so was 5 January 1970.
  const day = new Date(Date.UTC(1970, 0, 4 + value))
  return new Intl.DateTimeFormat(locale, { weekday: 'short', timeZone: 'UTC' }).format(day)
}

/** The largest unit of which it is a whole number. */
function saySpan(ms: number, locale: string): string {
  const units = { hour: 3_600_000, minute: 60_000, second: 1_000, millisecond: 1 } as const
  for (const [unit, unitMs] of Object.entries(units))
    if (ms % unitMs === 0)
      return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' }).format(ms / unitMs)
  return formatNumber(locale, ms)
}

/** `ordersPollMs` as words, where no language has a word for it. */
export function toWords(field: string): string {
  // Ids that platforms give: what they stand for is their last part.
  if (field.includes('://')) return field.slice(field.lastIndexOf('/') + 1)
  const words = field.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function short(text: string): string {
  return text.length > LENGTH_MAX ? `${text.slice(0, LENGTH_MAX)}…` : text
}
