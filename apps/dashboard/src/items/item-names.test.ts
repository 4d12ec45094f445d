import type { ItemNames, ItemPage } from '@plimsoll/client'
import { expect, test } from 'vitest'
import { isWrong } from './item-names.ts'

const row = (sku: string): ItemPage['rows'][number] => ({
  itemId: sku,
  sku,
  name: sku,
  isKit: false,
  onHand: 0,
  reserved: 0,
  held: 0,
  incoming: 0,
  available: 0,
  locations: [],
  channels: [],
})
const page = (offset: number, total: number, skus: string[]): ItemPage => ({
  offset,
  total,
  rows: skus.map(row),
})
const names = (offset: number, skus: string[]): ItemNames => ({ offset, skus, names: skus })

test.each<[string, ItemNames, ItemPage, boolean]>([
  ['the same rows', names(0, ['A', 'B', 'C']), page(1, 3, ['B', 'C']), false],
  ['a row has come in between', names(0, ['A', 'B', 'C']), page(1, 3, ['AA', 'B']), true],
  ['the list has become longer', names(0, ['A', 'B']), page(0, 3, ['A', 'B']), true],
  ['the list has become shorter', names(0, ['A', 'B', 'C']), page(0, 2, ['A', 'B']), true],
  ['a page of another stretch', names(25_000, ['Y', 'Z']), page(0, 25_002, ['A', 'B']), false],
  ['a stretch that is no longer there', names(25_000, ['Y']), page(0, 25_000, ['A']), true],
])('%s', (_what, known, answered, outcome) => {
  expect(isWrong(known, answered)).toBe(outcome)
})
