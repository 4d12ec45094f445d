import { afterAll, beforeAll, expect, test } from 'vitest'
import { importItems } from './items-import.ts'
import { type ServedHub, serveHub } from './testing/served-hub.ts'

let served: ServedHub
beforeAll(async () => {
  served = await serveHub()
})
afterAll(() => served.close())

const run = (name: string, ...items: Parameters<typeof importItems>[1]['items']) =>
  importItems(served.hub.context, { name, items })
const tea = { sku: 'TEA', name: 'Tea' }
const onHand = async (sku: string) => (await served.ask('GET', `/api/v1/items/${sku}`)).body.onHand

test('I3: an import run again counts as repeated what it received before, and no units', async () => {
  const items = [
    { ...tea, location: 'MAIN', quantity: 5 },
    { sku: 'CUP', name: 'Cup' },
  ]
  expect(await run('first', ...items)).toEqual({ items: 2, received: 1, units: 5, repeated: 0, refused: [] })
  expect(await run('first', ...items)).toEqual({ items: 2, received: 0, units: 0, repeated: 1, refused: [] })
  const more = [...items, { sku: 'JAR', name: 'Jar', quantity: 2 }]
  expect(await run('first', ...more)).toEqual({ items: 3, received: 1, units: 2, repeated: 1, refused: [] })
  expect(await onHand('TEA')).toBe(5)
})

test('another quantity under the same name is reported with its cure, and holds nothing else up', async () => {
  await run('weekly', { sku: 'PEN', name: 'Pen', quantity: 1 })
  const report = await run(
    'weekly',
    { sku: 'PEN', name: 'Pen', quantity: 9 },
    { sku: 'INK', name: 'Ink', quantity: 4 },
  )
  expect(report).toMatchObject({ received: 1, units: 4, refused: [{ sku: 'PEN', location: 'MAIN' }] })
  expect(report.refused[0]?.message).toContain('Import under another name')
  expect([await onHand('PEN'), await onHand('INK')]).toEqual([1, 4])
})

test('names and SKUs as long as they may be, and with colons, are told apart', async () => {
  const name = `${'n'.repeat(90)}:A`
  await run(name, { sku: `B${'x'.repeat(199)}`, name: 'Long', quantity: 1 })
  expect(await run('c', { sku: 'd:e', name: 'X', quantity: 1 })).toMatchObject({ received: 1 })
  expect(await run('c:d', { sku: 'e', name: 'Y', quantity: 1 })).toMatchObject({ received: 1 })
})

test('a row that means the same place as another is refused before anything is written', async () => {
  // Without a location the first one is meant: MAIN.
  const twice = run(
    'twice',
    { sku: 'NUT', name: 'Nut', quantity: 1 },
    { sku: 'NUT', name: 'Nut', location: 'MAIN', quantity: 1 },
  )
  await expect(twice).rejects.toThrow('items.1: the SKU "NUT" is on items.0 already')
  expect((await served.ask('GET', '/api/v1/items/NUT')).status).toBe(404)
})
