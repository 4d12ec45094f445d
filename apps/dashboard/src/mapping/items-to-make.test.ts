import { expect, test } from 'vitest'
import { countWithoutSku, itemsToMake } from './items-to-make.ts'

const row = { sku: 'MUG', title: 'Mug', item: null, ignored: null, isLooked: true, suggestions: [] }
const suggestion = {} as (typeof row)['suggestions'][number]
const rows = [
  row,
  { ...row, title: 'The same mug elsewhere' },
  { ...row, sku: null },
  { ...row, sku: null, suggestions: [suggestion] },
  { ...row, sku: 'LIKE', suggestions: [suggestion] },
  { ...row, sku: 'NEW', isLooked: false },
  { ...row, sku: 'IGNORED', ignored: { by: 'Ann', because: 'a gift', at: '2026-11-27T08:00:00Z' } },
  { ...row, sku: 'CUP', title: 'Cup' },
]

test('items are made of listings that wait and are like none, once for each SKU', () => {
  expect(itemsToMake(rows)).toEqual([
    { sku: 'MUG', name: 'Mug', listings: 2 },
    { sku: 'CUP', name: 'Cup', listings: 1 },
  ])
})

test('of listings without a SKU that are like none, no item can be made', () => {
  expect(countWithoutSku(rows)).toBe(1)
})
