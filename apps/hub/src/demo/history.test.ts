import { stat } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { loadHistory, parseHistory } from './history.ts'

const { attribution, items, orders } = await loadHistory()

test('the history is about 300 items and 1,500 orders in under 400 KB', async () => {
  expect(items).toHaveLength(300)
  expect(orders).toHaveLength(1_500)
  const { size } = await stat(new URL('./history.json', import.meta.url))
  expect(size).toBeLessThan(400_000)
})

test('SKUs and names are unique, in both languages', () => {
  for (const names of [items.map((i) => i.sku), items.map((i) => i.name.en), items.map((i) => i.name.zh)]) {
    expect(new Set(names).size).toBe(items.length)
  }
  expect(items.filter(({ sku }) => sku !== sku.toUpperCase())).toEqual([])
  expect(items.filter(({ name }) => !/^\p{Script=Han}+$/u.test(name.zh))).toEqual([])
})

test('orders resemble those of consumers: few lines, few units, no SKU twice', () => {
  for (const { lines } of orders) {
    expect(lines.length).toBeLessThanOrEqual(8)
    expect(Math.max(...lines.map(([, units]) => units))).toBeLessThanOrEqual(12)
    expect(new Set(lines.map(([item]) => item)).size).toBe(lines.length)
  }
})

test('opening stock follows the formula in the note: four items in ten sell out on the way', () => {
  const demand = items.map(() => 0)
  for (const [item, units] of orders.flatMap(({ lines }) => lines)) demand[item] = (demand[item] ?? 0) + units
  const cover = items.map(({ opening }, item) => opening / (demand[item] ?? 0))
  const scarce = cover.filter((share) => share < 1)
  expect(scarce).toHaveLength(120)
  // Rounding up to whole units may lift the scarcest a little.
  expect(cover.filter((share) => share < 0.25).length).toBeGreaterThan(50)
  expect(Math.min(...items.map(({ opening }) => opening))).toBeGreaterThan(0)
})

test('the licence of the data is met inside the file', () => {
  for (const owed of ['Daqing Chen', '10.24432/C5BW33', 'CC BY 4.0', 'Changed:'])
    expect(attribution).toContain(owed)
})

test('a damaged history is refused and the order named', () => {
  const good = { attribution: '', note: '', items: items.slice(0, 1), orders: [{ at: 5, lines: [[0, 1]] }] }
  expect(parseHistory(good).orders).toHaveLength(1)
  expect(() => parseHistory({ ...good, orders: [{ at: 5, lines: [[1, 1]] }] })).toThrow('no such item')
  expect(() => parseHistory({ ...good, orders: [...good.orders, { at: 4, lines: [[0, 1]] }] })).toThrow(
    'order of time',
  )
})
