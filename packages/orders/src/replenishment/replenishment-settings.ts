import type { LocationKind } from '@plimsoll/database'
import { z } from 'zod'
import type { RateOptions } from './demand-rate.ts'
import type { PlaceRule, Source } from './plan-item.ts'

const days = (max: number) => z.int().min(0).max(max)
const units = z.int().min(1).max(1_000_000_000)

/** What may be set for the organization, a location, an item, or an item at a location; what is left out comes from further out. */
export const replenishmentFields = z.strictObject({
  replenish: z.boolean().optional().describe('False: nothing is ever suggested.'),
  source: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe(
      'Where it gets units from: `supplier`, `assembly` (a kit, put together there), or the code of a location of yours.',
    ),
  supplier: z.string().min(1).max(200).optional().describe('Who delivers what is bought.'),
  supplierLeadDays: days(730).optional().describe('From the order at a supplier until the units are there.'),
  supplierDeviationDays: days(365).optional().describe('Standard deviation of that.'),
  assemblyDays: days(365).optional().describe('How long putting a kit together takes.'),
  transferLeadDays: days(730).optional().describe('From a location of yours until the units are there.'),
  transferDeviationDays: days(365).optional().describe('Standard deviation of that.'),
  servicePercent: z
    .number()
    .min(50)
    .max(99.99)
    .optional()
    .describe('How sure it is to be that it does not run out while it waits.'),
  reviewDays: days(365).optional().describe('Every how many days somebody orders.'),
  packUnits: units.optional().describe('Base units in a carton: whole ones are suggested.'),
  minimumUnits: units.optional().describe('Less is not worth sending, or not sold.'),
  historyDays: z.int().min(7).max(364).optional().describe('How many whole days back demand is measured.'),
  minimumHistoryDays: z
    .int()
    .min(1)
    .max(364)
    .optional()
    .describe('Days with stock below which nothing is said.'),
  outliers: z
    .enum(['count', 'leave-out'])
    .optional()
    .describe('Whether days of far more than is usual are left out.'),
  expectedPerDay: z
    .number()
    .positive()
    .max(1_000_000)
    .optional()
    .describe('Units a day that are expected for as long as there is not enough history.'),
})
export type ReplenishmentFields = z.output<typeof replenishmentFields>
export type ReplenishmentField = keyof ReplenishmentFields

/** As stored: the source by its id, which stays when a code changes. */
export type StoredSetting = {
  itemId: string | null
  locationId: string | null
  fields: Omit<ReplenishmentFields, 'source'> & {
    source?: 'supplier' | 'assembly' | { locationId: string } | undefined
  }
}

/** Where a value comes from, the nearest first. */
export type SettingScope = 'item-at-location' | 'item' | 'location' | 'organization' | 'default'

export type SettingPlace = {
  locationId: string
  kind: LocationKind
  country: string | null
  /** Where places that do not buy get units from unless set: the main warehouse; undefined: there is none but this. */
  main: { locationId: string; country: string | null } | undefined
}

/** Everything that decides how one item is replenished at one place, and where each value is from. */
export type ResolvedSettings = {
  rule: PlaceRule
  /** How long what comes from another location of ours is on its way, wherever the place gets its units from usually. */
  transferDays: number
  rate: RateOptions & { historyDays: number; expectedPerDay: number | undefined }
  from: Record<ReplenishmentField, SettingScope>
}

/** Where nobody has said anything. Ways within a country are short; between countries goods go by sea. */
const DEFAULTS = {
  replenish: true,
  supplierLeadDays: 30,
  supplierDeviationDays: 5,
  assemblyDays: 1,
  servicePercent: 95,
  reviewDays: 7,
  packUnits: 1,
  minimumUnits: 1,
  historyDays: 56,
  minimumHistoryDays: 14,
  outliers: 'count',
} as const
const WAY_WITHIN_A_COUNTRY = { days: 5, deviation: 1 }
const WAY_BY_SEA = { days: 45, deviation: 7 }

/**
 * The nearest value for each field: of the item at the location, of the item, of the location, of the organization, else
 * a default. A lead time is one of the way that the units really take, so an item's supplier does not change how long the
 * ship to a warehouse overseas is under way.
 */
export function resolveSettings(
  settings: SettingBook,
  place: SettingPlace,
  { itemId, isAssembled }: { itemId: string; isAssembled: boolean },
): ResolvedSettings {
  const scopes = nearestFirst(settings, place.locationId, itemId)
  const from: Partial<Record<ReplenishmentField, SettingScope>> = {}
  const find = <Field extends ReplenishmentField>(field: Field): StoredSetting['fields'][Field] => {
    const nearest = scopes.find(({ fields }) => fields[field] !== undefined)
    from[field] = nearest?.scope ?? 'default'
    return nearest?.fields[field]
  }
  const set = find('source')
  // That a location buys for itself says nothing of a kit: only what is set for the kit does.
  const isOfItem = from.source === 'item' || from.source === 'item-at-location'
  const isPutTogether = isAssembled && !(set === 'supplier' && isOfItem)
  const source = sourceOf(set, { supplier: find('supplier') ?? null, isPutTogether }, place)
  const isFar = source.kind === 'location' && place.country !== (place.main?.country ?? place.country)
  const way = isFar ? WAY_BY_SEA : WAY_WITHIN_A_COUNTRY
  const [supplierDays, supplierDeviation, transferDays, transferDeviation] = [
    find('supplierLeadDays') ?? DEFAULTS.supplierLeadDays,
    find('supplierDeviationDays') ?? DEFAULTS.supplierDeviationDays,
    find('transferLeadDays') ?? way.days,
    find('transferDeviationDays') ?? way.deviation,
  ]
  const [assemblyDays, assemblyDeviation] = [find('assemblyDays') ?? DEFAULTS.assemblyDays, 0]
  const [leadDays, deviationDays] = {
    supplier: [supplierDays, supplierDeviation] as const,
    none: [supplierDays, supplierDeviation] as const,
    assembly: [assemblyDays, assemblyDeviation] as const,
    location: [transferDays, transferDeviation] as const,
  }[source.kind]
  const rule: PlaceRule = {
    replenish: find('replenish') ?? DEFAULTS.replenish,
    source,
    leadDays,
    deviationDays,
    serviceLevel: (find('servicePercent') ?? DEFAULTS.servicePercent) / 100,
    reviewDays: find('reviewDays') ?? DEFAULTS.reviewDays,
    packUnits: find('packUnits') ?? DEFAULTS.packUnits,
    minimumUnits: find('minimumUnits') ?? DEFAULTS.minimumUnits,
  }
  const rate = {
    historyDays: find('historyDays') ?? DEFAULTS.historyDays,
    minimumDays: find('minimumHistoryDays') ?? DEFAULTS.minimumHistoryDays,
    outliers: find('outliers') ?? DEFAULTS.outliers,
    expectedPerDay: find('expectedPerDay'),
  }
  // Each field was asked for above.
  return { rule, transferDays, rate, from: from as Record<ReplenishmentField, SettingScope> }
}

/**
 * Own warehouses buy, or put together what is a kit; all others get from the main warehouse. A place is never its own source,
 * and what is no kit is put together nowhere.
 */
function sourceOf(
  set: StoredSetting['fields']['source'],
  { supplier, isPutTogether }: { supplier: string | null; isPutTogether: boolean },
  { locationId, kind, main }: SettingPlace,
): Source {
  const own: Source = isPutTogether ? { kind: 'assembly' } : { kind: 'supplier', name: supplier }
  if (set === 'supplier' || set === 'assembly') return own
  if (set !== undefined && set.locationId !== locationId)
    return { kind: 'location', locationId: set.locationId }
  if (kind === 'warehouse' || main?.locationId === locationId) return own
  return main === undefined ? { kind: 'none' } : { kind: 'location', locationId: main.locationId }
}

function nearestFirst(settings: SettingBook, locationId: string, itemId: string) {
  const scopes: [SettingScope, string | null, string | null][] = [
    ['item-at-location', itemId, locationId],
    ['item', itemId, null],
    ['location', null, locationId],
    ['organization', null, null],
  ]
  return scopes.flatMap(([scope, item, location]) => {
    const fields = settings.get(scopeKey(item, location))
    return fields === undefined ? [] : [{ scope, fields }]
  })
}

/** Settings by what they hold for. */
export type SettingBook = ReadonlyMap<string, StoredSetting['fields']>

export function toSettingBook(settings: readonly StoredSetting[]): SettingBook {
  return new Map(settings.map(({ itemId, locationId, fields }) => [scopeKey(itemId, locationId), fields]))
}

function scopeKey(itemId: string | null, locationId: string | null): string {
  return `${itemId ?? ''} ${locationId ?? ''}`
}

/** What is stored once some fields are changed; null takes a field away. */
export function changeFields<Fields extends object>(
  known: Fields,
  changes: { [Field in keyof Fields]?: Fields[Field] | null | undefined },
): Fields {
  const merged = { ...known, ...changes }
  const kept = Object.entries(merged).filter(([, value]) => value !== null && value !== undefined)
  // The same keys with the same values, but for those taken away, all of which may be left out.
  return Object.fromEntries(kept) as Fields
}
