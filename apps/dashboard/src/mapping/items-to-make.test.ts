import { expect, test } from 'vitest'
import { itemsToMake } from './items-to-make.ts'

const row = { sku: 'MUG', title: 'Mug', item: null, ignored: null, isLooked: true, suggestions: [] }
const suggestion = {} as (typeof row)['suggestions'][number]

test('items are made of listings that wait and are like none, once for each SKU', () => {
  expect(
    itemsToMake([
      row,
      { ...row, title: 'The same mug elsewhere' },
      { ...row, sku: null },
      { ...row, sku: 'LIKE', suggestions: [suggestion] },
      { ...row, sku: 'NEW', isLooked: false },
      { ...row, sku: 'IGNORED', ignored: { by: 'Ann', because: 'a gift', at: '2026-11-27T08:00:00Z' } },
      { ...row, sku: 'CUP', title: 'Cup' },
    ]),
  ).toEqual([
    { sku: 'MUG', name: 'Mug' },
    { sku: 'CUP', name: 'Cup' },
  ])
})
