import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { filtersFrom, nextPlace } from './cursors.ts'
import { anyOf, inAddresses, toGmt, toGmtUp, toQuery } from './search.ts'
import { search } from './simulator/search.ts'

const limits = { isOn: false, arrayMax: 20, bulkMax: 5_000, pageMax: 300, pageDefault: 20 }

test('filter groups are joined by AND, filters within one by OR', () => {
  const query = toQuery({
    groups: [
      [{ field: 'updated_at', value: '2026-08-01 09:30:00', condition: 'gteq' }],
      [
        { field: 'sku', value: 'A,B', condition: 'in' },
        { field: 'sku', value: 'C,D' },
      ],
    ],
    sort: ['updated_at', 'entity_id'],
    pageSize: 50,
    fields: 'items[id]',
  })
  expect(query).toEqual({
    'searchCriteria[filterGroups][0][filters][0][field]': 'updated_at',
    'searchCriteria[filterGroups][0][filters][0][value]': '2026-08-01 09:30:00',
    'searchCriteria[filterGroups][0][filters][0][conditionType]': 'gteq',
    'searchCriteria[filterGroups][1][filters][0][field]': 'sku',
    'searchCriteria[filterGroups][1][filters][0][value]': 'A,B',
    'searchCriteria[filterGroups][1][filters][0][conditionType]': 'in',
    'searchCriteria[filterGroups][1][filters][1][field]': 'sku',
    'searchCriteria[filterGroups][1][filters][1][value]': 'C,D',
    'searchCriteria[sortOrders][0][field]': 'updated_at',
    'searchCriteria[sortOrders][0][direction]': 'ASC',
    'searchCriteria[sortOrders][1][field]': 'entity_id',
    'searchCriteria[sortOrders][1][direction]': 'ASC',
    'searchCriteria[pageSize]': '50',
    'searchCriteria[currentPage]': '1',
    fields: 'items[id]',
  })
})

const anySku = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 64 })
  .filter((sku) => sku.trim() === sku)

test('any SKUs, commas and all, are found by the filters that ask for them, and no others', () => {
  const skus = fc.uniqueArray(anySku, { minLength: 1, maxLength: 20, selector: (sku) => sku.toLowerCase() })
  fc.assert(
    fc.property(skus, fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }), (all, asked) => {
      // A list is split at commas and trimmed, so a comma within a SKU must not make two of it.
      const wanted = all.filter((_, at) => asked[at])
      fc.pre(wanted.length > 0)
      const found = search(all, toQuery({ groups: [anyOf('sku', wanted)], pageSize: 100 }), {
        fieldOf: (sku) => sku,
        limits,
      })
      expect(found.rows).toEqual(wanted)
    }),
    fromEnvironment(),
  )
})

test('addresses stay short enough for web servers, and every value is asked for once', () => {
  fc.assert(
    fc.property(fc.array(anySku, { maxLength: 300 }), fc.integer({ min: 1, max: 100 }), (skus, most) => {
      const parts = inAddresses(skus, most)
      expect(parts.flat()).toEqual(skus)
      for (const part of parts) {
        expect(part.length).toBeLessThanOrEqual(most)
        const query = toQuery({
          groups: [anyOf('sku', part), anyOf('source_code', ['default'])],
          pageSize: 100,
        })
        const address = new URLSearchParams(query).toString()
        expect(part.length === 1 || address.length < 7_000, `${address.length}`).toBe(true)
      }
    }),
    fromEnvironment(),
  )
})

type Row = { id: number; second: number }
const at = (second: number) => toGmt(new Date(Date.UTC(2026, 0, 1, 0, 0, second)))

/** Reads a list to its end, a page at a time; `between` is what happens in the shop after each page. */
function readAll(rows: Row[], pageSize: number, between: () => void): { ids: number[]; pages: number } {
  const ids: number[] = []
  let cursor: string | undefined
  for (let pages = 1; pages < 200; pages += 1) {
    const query = toQuery({
      groups: filtersFrom('updated_at', at(0), cursor),
      sort: ['updated_at', 'entity_id'],
      pageSize,
    })
    const page = search(rows, query, {
      fieldOf: (row, field) => (field === 'entity_id' ? row.id : at(row.second)),
      limits,
    })
    ids.push(...page.rows.map(({ id }) => id))
    cursor = nextPlace(cursor, {
      rows: page.rows.map(({ id, second }) => ({ id, at: at(second) })),
      total: page.total,
      pageSize,
    })
    if (cursor === undefined) return { ids, pages }
    between()
  }
  throw new Error('it does not end')
}

test('I4: orders of one second, more than a page of them, are all read, once each, and reading ends', () => {
  const rows = fc.uniqueArray(
    fc.record({ id: fc.integer({ min: 1, max: 500 }), second: fc.integer({ min: 0, max: 3 }) }),
    { selector: ({ id }) => id, maxLength: 60 },
  )
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 7 }), (all, pageSize) => {
      const { ids } = readAll(all, pageSize, () => undefined)
      expect(ids.toSorted((a, b) => a - b)).toEqual(all.map(({ id }) => id).toSorted((a, b) => a - b))
    }),
    fromEnvironment(),
  )
})

test('I4: orders that change while they are read are read again, and none of the others is skipped', () => {
  const rows = fc.uniqueArray(
    fc.record({ id: fc.integer({ min: 1, max: 500 }), second: fc.integer({ min: 0, max: 9 }) }),
    { selector: ({ id }) => id, minLength: 5, maxLength: 60 },
  )
  fc.assert(
    fc.property(
      rows,
      fc.integer({ min: 2, max: 7 }),
      fc.array(fc.nat(), { maxLength: 20 }),
      (given, pageSize, changes) => {
        const all = given.map((row) => ({ ...row }))
        const waiting = [...changes]
        let clock = 10
        const { ids } = readAll(all, pageSize, () => {
          const change = waiting.shift()
          const row = change === undefined ? undefined : all[change % all.length]
          clock += 1
          if (row !== undefined) row.second = clock
        })
        for (const { id } of all) expect(ids, `${id}`).toContain(id)
      },
    ),
    fromEnvironment(),
  )
})

test('a list that does not go on is Malformed: reading would never end', () => {
  const cursor = JSON.stringify({ at: '2026-01-01 00:00:05', id: 7 })
  const stuck = { rows: [{ at: '2026-01-01 00:00:05', id: 7 }], total: 9, pageSize: 1 }
  expect(() => nextPlace(cursor, stuck)).toThrow('does not go on')
  expect(() => nextPlace(undefined, { rows: [], total: 9, pageSize: 1 })).toThrow('does not go on')
  expect(() => filtersFrom('updated_at', at(0), 'page 2')).toThrow('cursor')
})

test('a page past the end is the last one once more, in the simulator too', () => {
  const rows = [1, 2, 3]
  const query = { 'searchCriteria[pageSize]': '1', 'searchCriteria[currentPage]': '99' }
  expect(search(rows, query, { fieldOf: (row) => row, limits })).toMatchObject({ rows: [3], total: 3 })
})

test('seconds are cut off to look back, and rounded up to count', () => {
  const moment = new Date('2026-08-01T09:30:00.500Z')
  expect(toGmt(moment)).toBe('2026-08-01 09:30:00')
  expect(toGmtUp(moment)).toBe('2026-08-01 09:30:01')
  expect(toGmtUp(new Date('2026-08-01T09:30:00.000Z'))).toBe('2026-08-01 09:30:00')
})
