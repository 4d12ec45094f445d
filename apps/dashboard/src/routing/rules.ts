import type { RoutingRuleBody } from '@plimsoll/client'

/** The rules by which orders are routed, while a person edits them. Pure. */
export type RuleRow = {
  /** Tells it from others of the same words. */
  key: string
  rule: RoutingRuleBody
}

export const limits = [
  'serves',
  'channel',
  'item',
  'minimum-shelf-life',
  'safety-stock',
  'capacity',
  'split',
  'whole-orders',
  'cut-off',
] as const
export const preferences = [
  'fewest-parcels',
  'location-priority',
  'nearest',
  'lowest-cost',
  'soonest-expiry',
  'deepest-stock',
] as const
export const ruleKinds = [...limits, ...preferences] as const
export type RuleKind = (typeof ruleKinds)[number]

/** What a rule takes: lists of names, numbers, a switch, places of which one of two lists is given. */
export type RuleField =
  | { kind: 'list'; name: 'countries' | 'regions' | 'postalPrefixes' | 'connections' | 'skus' | 'tags' }
  | { kind: 'number'; name: 'days' | 'units' | 'perDay' | 'parcelsMax' }
  | { kind: 'switch'; name: 'onTimeOnly' }
  | { kind: 'places'; mayExclude: boolean }
  | { kind: 'costs' }

const list = (name: Extract<RuleField, { kind: 'list' }>['name']): RuleField => ({ kind: 'list', name })
const number = (name: Extract<RuleField, { kind: 'number' }>['name']): RuleField => ({ kind: 'number', name })
const where: RuleField[] = [list('countries'), list('regions'), list('postalPrefixes')]
const items: RuleField[] = [list('skus'), list('tags')]
const onlyOrNot: RuleField = { kind: 'places', mayExclude: true }
const only: RuleField = { kind: 'places', mayExclude: false }

export const fieldsOf: Record<RuleKind, readonly RuleField[]> = {
  serves: [...where, onlyOrNot],
  channel: [list('connections'), onlyOrNot],
  item: [...items, onlyOrNot],
  'minimum-shelf-life': [number('days'), list('connections'), ...items],
  'safety-stock': [number('units'), only, ...items],
  capacity: [number('perDay'), only],
  split: [number('parcelsMax')],
  'whole-orders': [],
  'cut-off': [{ kind: 'switch', name: 'onTimeOnly' }],
  'fewest-parcels': [],
  'location-priority': [],
  nearest: [],
  'lowest-cost': [{ kind: 'costs' }],
  'soonest-expiry': [],
  'deepest-stock': [],
}

/** Said twice, the second would mean nothing. */
const once = new Set<string>(['split', 'whole-orders', 'cut-off', ...preferences])

/** Kinds that may still be added. */
export function addableKinds(rows: readonly RuleRow[]): RuleKind[] {
  return ruleKinds.filter((kind) => !once.has(kind) || !rows.some(({ rule }) => rule.kind === kind))
}

/** What a new rule says before anybody has said more. */
export function startOf(kind: RuleKind): RoutingRuleBody {
  switch (kind) {
    case 'minimum-shelf-life':
      return { kind, days: 30 }
    case 'safety-stock':
      return { kind, units: 5 }
    case 'split':
      return { kind, parcelsMax: 2 }
    case 'lowest-cost':
      return { kind, base: {}, tariffs: [{ perParcel: 0, perUnit: 0 }] }
    case 'channel':
      return { kind, connections: [], locations: [] }
    case 'item':
      return { kind, skus: [], locations: [] }
    case 'serves':
      return { kind, locations: [] }
    default:
      return { kind }
  }
}

/** The list with one rule at another place; out of the list it goes to its end. */
export function moveRule(rows: readonly RuleRow[], from: number, to: number): RuleRow[] {
  const rest = rows.filter((_, at) => at !== from)
  const moved = rows[from]
  const place = Math.max(0, Math.min(rest.length, to))
  return moved === undefined ? [...rows] : [...rest.slice(0, place), moved, ...rest.slice(place)]
}

/** Without fields that say nothing. */
export function tidyRule(rule: RoutingRuleBody): RoutingRuleBody {
  const kept = Object.entries(rule).filter(
    ([name, value]) =>
      value !== undefined &&
      value !== '' &&
      value !== false &&
      !(Array.isArray(value) && value.length === 0 && name !== 'tariffs'),
  )
  return { kind: rule.kind, ...Object.fromEntries(kept) }
}

/** `DE, FR` as names, each once. */
export function toNames(text: string): string[] {
  const names = text.split(/[,\n]/).map((each) => each.trim())
  return [...new Set(names)].filter((each) => each !== '')
}

export function namesIn(rule: RoutingRuleBody, name: string): string[] {
  const value = rule[name]
  return Array.isArray(value) ? value.map(String) : []
}

/** Whether two lists say the same. */
export function isSame(one: readonly RoutingRuleBody[], other: readonly RoutingRuleBody[]): boolean {
  return JSON.stringify(one.map(sorted)) === JSON.stringify(other.map(sorted))
}

function sorted(rule: RoutingRuleBody): [string, unknown][] {
  return Object.entries(tidyRule(rule)).sort(([one], [other]) => (one < other ? -1 : 1))
}
