/**
 * `searchCriteria` as Magento's list endpoints take it: filter groups are joined by AND, the filters within one by OR.
 * Source: developer.adobe.com/commerce/webapi/rest/use-rest/performing-searches (read 2026-11).
 */

export type Filter = {
  field: string
  value: string
  /** `eq` unless given. */
  condition?: 'eq' | 'in' | 'gt' | 'gteq' | 'lt'
}
export type FilterGroup = readonly Filter[]

export type Search = {
  groups?: readonly FilterGroup[]
  /** Sorted by these, smallest first. */
  sort?: readonly string[]
  pageSize: number
  /** Only these parts of the answer are sent: no names, no addresses. */
  fields?: string
}

/**
 * Always the first page: a page past the end is the last one once more, so we go on by what was read last and never by
 * page numbers (magento/magento2 issue 26986).
 */
export function toQuery({ groups = [], sort = [], pageSize, fields }: Search): Record<string, string> {
  const query: Record<string, string> = {}
  for (const [g, group] of groups.entries()) {
    for (const [f, { field, value, condition }] of group.entries()) {
      const at = `searchCriteria[filterGroups][${g}][filters][${f}]`
      query[`${at}[field]`] = field
      query[`${at}[value]`] = value
      if (condition !== undefined) query[`${at}[conditionType]`] = condition
    }
  }
  for (const [s, field] of sort.entries()) {
    query[`searchCriteria[sortOrders][${s}][field]`] = field
    query[`searchCriteria[sortOrders][${s}][direction]`] = 'ASC'
  }
  query['searchCriteria[pageSize]'] = String(pageSize)
  query['searchCriteria[currentPage]'] = '1'
  if (fields !== undefined) query.fields = fields
  return query
}

/**
 * The rows after one that was read, in the order of `field`, then `idField`: (field > value or id > last) and
 * field >= value. Rows that change while we read come again later; none is skipped, however many share one second.
 */
export function afterKey(key: {
  field: string
  value: string
  idField: string
  lastId: number
}): FilterGroup[] {
  return [
    [
      { field: key.field, value: key.value, condition: 'gt' },
      { field: key.idField, value: String(key.lastId), condition: 'gt' },
    ],
    [{ field: key.field, value: key.value, condition: 'gteq' }],
  ]
}

/** One group that finds any of these. `in` splits its value at commas, so what has one is asked for by itself. */
export function anyOf(field: string, values: readonly string[]): FilterGroup {
  const listed = values.filter((value) => !value.includes(','))
  const single = values.filter((value) => value.includes(','))
  return [
    ...(listed.length > 0 ? [{ field, value: listed.join(','), condition: 'in' as const }] : []),
    ...single.map((value) => ({ field, value })),
  ]
}

/** Web servers refuse addresses from 8 kB on; a long SKU of Chinese letters takes 600 of them. */
const addressCharactersMax = 4_000
/** What the filter of a value with a comma takes beside the value. */
const ownFilterCharacters = 180

/** Splits values so that each part can be asked for in one address. */
export function inAddresses(values: readonly string[], countMax: number): string[][] {
  const parts: string[][] = []
  let part: string[] = []
  let length = 0
  for (const value of values) {
    const own = encodeURIComponent(value).length + (value.includes(',') ? ownFilterCharacters : 3)
    if (part.length > 0 && (part.length >= countMax || length + own > addressCharactersMax)) {
      parts.push(part)
      part = []
      length = 0
    }
    part.push(value)
    length += own
  }
  if (part.length > 0) parts.push(part)
  return parts
}

/** UTC without a zone and in whole seconds, cut off, as the tables keep times: `2026-08-01 09:30:00`. */
export function toGmt(date: Date): string {
  return date.toISOString().slice(0, 19).replace('T', ' ')
}

/** The first second that is not before the moment. */
export function toGmtUp(date: Date): string {
  return toGmt(new Date(Math.ceil(date.getTime() / 1_000) * 1_000))
}

export function fromGmt(text: string): Date {
  return new Date(`${text.replace(' ', 'T')}Z`)
}
