import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  changeFields,
  replenishmentFields,
  resolveSettings,
  type SettingPlace,
  type StoredSetting,
  toSettingBook,
} from './replenishment-settings.ts'

const main = { locationId: 'MAIN', country: 'CN' }
const place = (told: Partial<SettingPlace> = {}): SettingPlace => ({
  locationId: 'FBA',
  kind: 'marketplace-fulfilled',
  country: 'US',
  main,
  ...told,
})
const resolve = (settings: readonly StoredSetting[], at: SettingPlace = place(), isAssembled = false) =>
  resolveSettings(toSettingBook(settings), at, { itemId: 'MUG', isAssembled })

test('own warehouses buy, all others get from the main one: by sea to another country, quickly within one', () => {
  expect(resolve([]).rule).toMatchObject({
    source: { kind: 'location', locationId: 'MAIN' },
    leadDays: 45,
    deviationDays: 7,
  })
  expect(resolve([], place({ country: 'CN' })).rule).toMatchObject({ leadDays: 5, deviationDays: 1 })
  expect(resolve([], place({ locationId: 'MAIN', kind: 'warehouse' })).rule).toMatchObject({
    source: { kind: 'supplier', name: null },
    leadDays: 30,
    deviationDays: 5,
  })
  expect(resolve([], place({ main: undefined })).rule.source).toEqual({ kind: 'none' })
})

test('an item’s supplier does not change how long the ship to a place overseas is under way', () => {
  const ofItem = { itemId: 'MUG', locationId: null, fields: { supplierLeadDays: 90 } }
  expect(resolve([ofItem]).rule.leadDays).toBe(45)
  expect(resolve([ofItem], place({ locationId: 'MAIN', kind: 'warehouse' })).rule.leadDays).toBe(90)
})

test('a place is never its own source, whatever is set for everything', () => {
  const everything = { itemId: null, locationId: null, fields: { source: { locationId: 'FBA' } } }
  expect(resolve([everything]).rule.source).toEqual({ kind: 'location', locationId: 'MAIN' })
  expect(resolve([everything], place({ locationId: 'EU' })).rule.source).toEqual({
    kind: 'location',
    locationId: 'FBA',
  })
  const bought = {
    itemId: null,
    locationId: 'FBA',
    fields: { source: 'supplier' as const, supplier: 'Mill' },
  }
  expect(resolve([everything, bought]).rule.source).toEqual({ kind: 'supplier', name: 'Mill' })
})

test('the nearest that says a field wins it, whatever else is set and in whatever order', () => {
  const scopes = [
    { scope: 'item-at-location', itemId: 'MUG', locationId: 'FBA' },
    { scope: 'item', itemId: 'MUG', locationId: null },
    { scope: 'location', itemId: null, locationId: 'FBA' },
    { scope: 'organization', itemId: null, locationId: null },
  ] as const
  const others = [
    { itemId: 'CUP', locationId: 'FBA', fields: { packUnits: 999, reviewDays: 99 } },
    { itemId: null, locationId: 'EU', fields: { packUnits: 999, reviewDays: 99 } },
  ]
  const anyFields = fc.array(
    fc.record({
      packUnits: fc.option(fc.integer({ min: 2, max: 9 })),
      reviewDays: fc.option(fc.integer({ min: 8, max: 20 })),
    }),
    { minLength: 4, maxLength: 4 },
  )
  fc.assert(
    fc.property(anyFields, fc.boolean(), (fields, isReversed) => {
      const set = scopes.map((scope, nth) => ({
        ...scope,
        fields: changeFields<StoredSetting['fields']>({}, fields[nth] ?? {}),
      }))
      const all = [...others, ...set]
      const { rule, from } = resolve(isReversed ? all.toReversed() : all)
      const nearest = (field: 'packUnits' | 'reviewDays') =>
        set.find((each) => each.fields[field] !== undefined)
      expect([rule.packUnits, from.packUnits]).toEqual([
        nearest('packUnits')?.fields.packUnits ?? 1,
        nearest('packUnits')?.scope ?? 'default',
      ])
      expect([rule.reviewDays, from.reviewDays]).toEqual([
        nearest('reviewDays')?.fields.reviewDays ?? 7,
        nearest('reviewDays')?.scope ?? 'default',
      ])
    }),
    fromEnvironment(300),
  )
})

test.each([
  [{ servicePercent: 100 }],
  [{ servicePercent: 49 }],
  [{ packUnits: 0 }],
  [{ packUnits: 1.5 }],
  [{ reviewDays: -1 }],
  [{ historyDays: 3 }],
  [{ expectedPerDay: 0 }],
  [{ colour: 'red' }],
])('%j is no setting', (fields) => {
  expect(replenishmentFields.safeParse(fields).success).toBe(false)
})

test('a kit that is put together ahead is so where others are bought, unless it is set to be bought itself', () => {
  const at = place({ locationId: 'MAIN', kind: 'warehouse' })
  const set = (itemId: string | null, source: 'supplier' | 'assembly'): StoredSetting[] => [
    { itemId, locationId: 'MAIN', fields: { source, assemblyDays: 3 } },
  ]
  expect(resolve([], at, true).rule).toMatchObject({
    source: { kind: 'assembly' },
    leadDays: 1,
    deviationDays: 0,
  })
  // That the location buys says nothing of kits.
  expect(resolve(set(null, 'supplier'), at, true).rule).toMatchObject({
    source: { kind: 'assembly' },
    leadDays: 3,
  })
  expect(resolve(set('MUG', 'supplier'), at, true).rule.source.kind).toBe('supplier')
  expect(resolve(set('MUG', 'assembly'), place(), true).rule.source.kind).toBe('location')
  expect(
    resolve([{ itemId: 'MUG', locationId: 'FBA', fields: { source: 'assembly' } }], place(), true).rule
      .source,
  ).toEqual({ kind: 'assembly' })
  // What is no kit is bought.
  expect(resolve(set('MUG', 'assembly'), at, false).rule.source.kind).toBe('supplier')
})
