import { MagentoError } from './rest.ts'

type Filter = { field: string; value: string; condition: string }

/** What a row may be found by: each field as text or number. */
export type Found<Row> = { rows: Row[]; total: number; criteria: unknown }

export type InputLimits = {
  isOn: boolean
  arrayMax: number
  bulkMax: number
  pageMax: number
  pageDefault: number
}

/**
 * `searchCriteria` on rows. A page past the end is the last one once more, as collections have it
 * (magento/magento2 issue 26986).
 */
export function search<Row>(
  rows: readonly Row[],
  query: Readonly<Record<string, string>>,
  { fieldOf, limits }: { fieldOf: (row: Row, field: string) => unknown; limits: InputLimits },
): Found<Row> {
  const groups = groupsIn(query)
  const tests = groups.map((group) =>
    group.map((filter) => {
      const matches = matcherOf(filter)
      return (row: Row) => matches(fieldOf(row, filter.field))
    }),
  )
  const kept = rows.filter((row) => tests.every((group) => group.some((test) => test(row))))
  const sorts = sortsIn(query)
  if (sorts.length > 0) {
    kept.sort((a, b) => {
      for (const { field, isDescending } of sorts) {
        const order = compare(fieldOf(a, field), fieldOf(b, field))
        if (order !== 0) return isDescending ? -order : order
      }
      return 0
    })
  }
  const asked = Number(named(query, 'pageSize', 'page_size') ?? 0)
  if (limits.isOn && asked > limits.pageMax)
    throw new MagentoError(400, 'Maximum SearchCriteria pageSize is %max', { max: limits.pageMax })
  const pageSize = asked > 0 ? asked : limits.isOn ? limits.pageDefault : Math.max(1, kept.length)
  const last = Math.max(1, Math.ceil(kept.length / pageSize))
  const page = Math.min(Math.max(1, Number(named(query, 'currentPage', 'current_page') ?? 1)), last)
  return {
    rows: kept.slice((page - 1) * pageSize, page * pageSize),
    total: kept.length,
    criteria: {
      filter_groups: groups.map((filters) => ({
        filters: filters.map(({ field, value, condition }) => ({ field, value, condition_type: condition })),
      })),
      ...(asked > 0 && { page_size: asked, current_page: page }),
    },
  }
}

function named(query: Readonly<Record<string, string>>, ...names: string[]): string | undefined {
  for (const name of names)
    for (const root of ['searchCriteria', 'search_criteria']) {
      const value = query[`${root}[${name}]`]
      if (value !== undefined) return value
    }
  return undefined
}

function groupsIn(query: Readonly<Record<string, string>>): Filter[][] {
  const groups: Filter[][] = []
  const pattern =
    /^search(?:Criteria|_criteria)\[filter(?:Groups|_groups)\]\[(\d+)\]\[filters\]\[(\d+)\]\[(field|value|conditionType|condition_type)\]$/
  for (const [name, text] of Object.entries(query)) {
    const match = pattern.exec(name)
    if (match === null) continue
    const [, g, f, part] = match
    groups[Number(g)] ??= []
    const group = groups[Number(g)] ?? []
    const filter = group[Number(f)] ?? { field: '', value: '', condition: 'eq' }
    group[Number(f)] = filter
    if (part === 'field') filter.field = text
    else if (part === 'value') filter.value = text
    else filter.condition = text
  }
  return groups
    .filter((group) => group !== undefined)
    .map((group) => group.filter((one) => one !== undefined))
}

function sortsIn(query: Readonly<Record<string, string>>): { field: string; isDescending: boolean }[] {
  const sorts: { field: string; isDescending: boolean }[] = []
  for (let at = 0; ; at += 1) {
    const field = named(query, `sortOrders][${at}][field`, `sort_orders][${at}][field`)
    if (field === undefined) return sorts
    const direction = named(query, `sortOrders][${at}][direction`, `sort_orders][${at}][direction`)
    sorts.push({ field, isDescending: direction?.toUpperCase() === 'DESC' })
  }
}

function matcherOf({ field, value, condition }: Filter): (shown: unknown) => boolean {
  switch (condition) {
    case 'eq':
      return (shown) => compare(shown, value) === 0
    case 'neq':
      return (shown) => compare(shown, value) !== 0
    case 'in': {
      const wanted = new Set(value.split(',').map((one) => one.trim().toLowerCase()))
      return (shown) => wanted.has(String(shown).toLowerCase())
    }
    case 'gt':
      return (shown) => compare(shown, value) > 0
    case 'gteq':
      return (shown) => compare(shown, value) >= 0
    case 'lt':
      return (shown) => compare(shown, value) < 0
    case 'lteq':
      return (shown) => compare(shown, value) <= 0
    default:
      throw new MagentoError(400, 'Unsupported condition type "%1" for "%2"', [condition, field])
  }
}

/** As MySQL compares: numbers as numbers, texts without regard to case. */
function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number') return a - Number(b)
  const [left, right] = [String(a).toLowerCase(), String(b).toLowerCase()]
  return left < right ? -1 : left > right ? 1 : 0
}
