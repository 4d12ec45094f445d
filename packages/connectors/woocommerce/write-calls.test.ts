import type { Http, LevelWrite } from '@plimsoll/connector-kit'
import { afterEach, expect, test } from 'vitest'
import { connect } from './simulator/connect.ts'
import { createWooCommerceSimulator, type WooCommerceSimulator } from './simulator/index.ts'

/** Writes that take several calls, and calls that end in the middle. */

let running: WooCommerceSimulator[] = []
async function start() {
  const simulator = await createWooCommerceSimulator()
  running.push(simulator)
  return simulator
}
afterEach(async () => {
  await Promise.all(running.map((simulator) => simulator.close()))
  running = []
})

const write = (stockUnitId: string, quantity: number): LevelWrite => ({
  writeId: stockUnitId,
  stockUnitId,
  locationId: 'default',
  quantity,
  expected: undefined,
})

test('a batch that dies in the middle is unknown, and a part of it is written', async () => {
  const simulator = await start()
  const products = Array.from({ length: 10 }, (_, index) =>
    simulator.shop.catalogue.add({ name: `P${index}`, stock: 1 }),
  )
  simulator.site.batchDiesAfter = 6
  const { operations } = connect(simulator)
  const writes = products.map((product) => write(String(product.id), 9))
  await expect(operations.setLevels(writes)).rejects.toMatchObject({ kind: 'unavailable', sent: true })
  const levels = await operations.levels(writes)
  expect(levels.filter((one) => one.quantity === 9)).toHaveLength(6)
})

test('what was written before a refused call is told, and the rest waits again', async () => {
  const simulator = await start()
  const simple = simulator.shop.catalogue.add({ name: 'Mug', stock: 1 })
  const parent = simulator.shop.catalogue.add({ name: 'Shirt', type: 'variable', manageStock: false })
  const children = ['S', 'M'].map((option) =>
    simulator.shop.catalogue.add({ name: 'Shirt', parentId: parent.id, option, stock: 1 }),
  )
  const writes = [String(simple.id), ...children.map((child) => `${parent.id}/${child.id}`)].map((unit) =>
    write(unit, 7),
  )
  simulator.site.batchMax = 1
  const { operations } = connect(simulator)
  expect((await operations.setLevels(writes)).map((outcome) => outcome.kind)).toEqual([
    'applied',
    'untouched',
    'untouched',
  ])
  await expect(operations.setLevels(writes.slice(1))).rejects.toMatchObject({
    kind: 'invalid',
    field: 'batch',
  })
})

test('a slow shop: calls that would begin too late to be over in time are not begun, their rows wait again', async () => {
  const simulator = await start()
  const units = Array.from({ length: 6 }, (_, at) => {
    const parent = simulator.shop.catalogue.add({ name: `P${at}`, type: 'variable', manageStock: false })
    const child = simulator.shop.catalogue.add({ name: 'S', parentId: parent.id, option: 'S', stock: 1 })
    return `${parent.id}/${child.id}`
  })
  let now = Date.now()
  // Each call takes twelve seconds.
  const wrap = (http: Http): Http => ({
    ...http,
    send: (request) => {
      now += 12_000
      return http.send(request)
    },
  })
  const { operations } = connect(simulator, { wrap, now: () => now })
  const outcomes = await operations.setLevels(units.map((unit) => write(unit, 7)))
  expect(outcomes.map(({ kind }) => kind)).toEqual([
    'applied',
    'applied',
    'applied',
    'untouched',
    'untouched',
    'untouched',
  ])
  expect(await operations.setLevels(units.slice(3).map((unit) => write(unit, 7)))).toMatchObject(
    Array(3).fill({ kind: 'applied', quantity: 7 }),
  )
})
