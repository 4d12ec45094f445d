import { expect, test } from 'vitest'
import { attributeOversells, type BookEvent } from './oversells.ts'

const ms = (at: number) => BigInt(at) * 1_000_000n
const order = (at: number, shop: string, units: number): BookEvent => ({
  kind: 'order',
  atNs: ms(at),
  sku: 'MUG',
  shop,
  units,
})
const write = (at: number, shop: string, quantity: number): BookEvent => ({
  kind: 'write',
  atNs: ms(at),
  sku: 'MUG',
  shop,
  quantity,
})
const attribute = (events: BookEvent[], opening = 2) =>
  attributeOversells(events, ['a', 'b'], new Map([['MUG', opening]]))

test('nothing is attributed where nothing was oversold', () => {
  expect(attribute([order(1, 'a', 1), write(5, 'b', 1), order(9, 'b', 1)])).toEqual([])
})

test('sold elsewhere and not told yet: since that sale', () => {
  expect(attribute([order(10, 'a', 2), order(250, 'b', 1)])).toEqual([
    { sku: 'MUG', shop: 'b', units: 1, atNs: ms(250), forMs: 240, by: 'elsewhere' },
  ])
})

test('a write that showed what was not there: since that write', () => {
  const events = [order(10, 'a', 2), write(20, 'b', 0), write(30, 'b', 2), order(90, 'b', 2)]
  expect(attribute(events)).toEqual([
    { sku: 'MUG', shop: 'b', units: 2, atNs: ms(90), forMs: 60, by: 'raised' },
  ])
})

test('a breakage counts as a sale elsewhere, and only the units that were not there are counted', () => {
  const events: BookEvent[] = [{ kind: 'stock', atNs: ms(5), sku: 'MUG', units: -1 }, order(9, 'a', 2)]
  expect(attribute(events)).toEqual([
    { sku: 'MUG', shop: 'a', units: 1, atNs: ms(9), forMs: 4, by: 'elsewhere' },
  ])
})
