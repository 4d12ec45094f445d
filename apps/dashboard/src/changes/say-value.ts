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
}

/** A value of a setting, as short as it can be said: names in place of ids, numbers and moments in the reader's locale. */
export function sayValue(value: unknown, telling: Telling): string {
  return short(say(value, telling))
}

function say(value: unknown, telling: Telling): string {
  const { nothing, yes, no, locale, nameOf, labelOf } = telling
  if (value === undefined || value === null || value === '') return nothing
  if (typeof value === 'boolean') return value ? yes : no
  if (typeof value === 'number') return formatNumber(locale, value)
  if (typeof value === 'string')
    return instant.test(value) ? formatMoment(locale, value) : (nameOf(value) ?? value)
  if (Array.isArray(value)) {
    const list = new Intl.ListFormat(locale, { type: 'unit', style: 'short' })
    return value.length === 0 ? nothing : list.format(value.map((each) => say(each, telling)))
  }
  const told = Object.entries(value).filter(([, each]) => each !== null && each !== '')
  return told.length === 0
    ? nothing
    : told.map(([field, each]) => `${labelOf(field)} ${say(each, telling)}`).join(' · ')
}

/** `ordersPollMs` as words, where no language has a word for it. */
export function toWords(field: string): string {
  const words = field.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function short(text: string): string {
  return text.length > LENGTH_MAX ? `${text.slice(0, LENGTH_MAX)}…` : text
}
