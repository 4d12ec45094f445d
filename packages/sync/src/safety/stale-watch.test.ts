import { type ManualClock, manualClock } from '@plimsoll/connector-kit'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { updateAvailability } from '../availability/availability.ts'
import { changeKit } from '../availability/kit-changes.ts'
import { nowOf } from '../context.ts'
import { stepConnection, turns } from '../testing/steps.ts'
import { createWorld, type World } from '../testing/world.ts'
import { changeStaleRule, listStaleRules, noteStaleOrders } from './stale-watch.ts'

let database: TestDatabase
let clock: ManualClock
let world: World
let began: Date
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())
beforeEach(async () => {
  clock = manualClock()
  world = await createWorld(database, clock)
  began = nowOf(world.context)
})

const MINUTE = 60_000

async function openShops() {
  await world.stock('bottle', 20)
  await world.stock('cup', 20)
  const silent = await world.open('silent', { bottle: 20 })
  const other = await world.open('other', { bottle: 20, cup: 20 })
  const steps = {
    silent: await stepConnection(world, silent.connectionId),
    other: await stepConnection(world, other.connectionId),
  }
  const look = async () => {
    await noteStaleOrders(world.context, began)
    await updateAvailability(world.context)
  }
  /** Time passes; the silent shop answers no question about its orders. */
  const pass = async (minutes: number) => {
    for (let minute = 0; minute < minutes; minute += 1) {
      await turns(clock, steps.silent, 1, MINUTE / 2)
      await turns(clock, steps.other, 1, MINUTE / 2)
      await look()
    }
  }
  await pass(3)
  return { silent, other, pass }
}

test('I5: while one shop’s orders are not known the others show less of what it sells, until they were read whole', async () => {
  const { silent, other, pass } = await openShops()
  await changeStaleRule(world.context, undefined, { afterMs: 5 * MINUTE, kind: 'percent', amount: 50 })
  silent.platform.fault = (operation) => (operation === 'orders' ? 'lost' : undefined)
  silent.platform.sell('bottle', 4)
  await pass(4)
  expect(other.platform.quantityOf('bottle')).toBe(20)
  await pass(4)
  expect(other.platform.quantityOf('bottle')).toBe(10)
  // Not what it does not sell, and not its own number.
  expect(other.platform.quantityOf('cup')).toBe(20)
  expect((await world.level(silent.connectionId, 'bottle')).desired).toBe(20)
  const [task] = await world.tasks('connection')
  expect(task).toMatchObject({ subject: `stale-orders:${silent.connectionId}`, isOpen: true })
  expect(task?.detail).toContain('show 50 percent')

  silent.platform.fault = () => undefined
  await pass(3)
  expect(other.platform.quantityOf('bottle')).toBe(16)
  expect(await world.tasks('connection')).toMatchObject([{ isOpen: false }])
})

test('a looser rule lowers less but lifts nothing before the orders are read; without a rule it is a notice', async () => {
  const { silent, other, pass } = await openShops()
  await changeStaleRule(world.context, 'silent', { afterMs: 5 * MINUTE, kind: 'zero', amount: 0 })
  silent.platform.fault = (operation) => (operation === 'orders' ? 'lost' : undefined)
  await pass(8)
  expect(other.platform.quantityOf('bottle')).toBe(0)
  await changeStaleRule(world.context, 'silent', { afterMs: 600 * MINUTE, kind: 'zero', amount: 0 })
  await pass(2)
  expect(other.platform.quantityOf('bottle')).toBe(0)
  await changeStaleRule(world.context, 'silent', { afterMs: 2 * MINUTE, kind: 'buffer', amount: 3 })
  await pass(2)
  expect(other.platform.quantityOf('bottle')).toBe(17)
  expect(await listStaleRules(world.context)).toEqual({
    rows: [{ connectionId: silent.connectionId, afterMs: 2 * MINUTE, kind: 'buffer', amount: 3 }],
  })
  await changeStaleRule(world.context, 'silent', null)
  await pass(12)
  expect(other.platform.quantityOf('bottle')).toBe(20)
  expect(await world.tasks('connection')).toMatchObject([{ isOpen: true }])
})

test('a kit elsewhere that contains what the silent shop sells is lowered too', async () => {
  const { silent, pass } = await openShops()
  await world.stock('set', 0)
  await changeKit(world.context, {
    sku: 'set',
    kind: 'virtual',
    actor: 'test',
    reason: null,
    expectedVersion: undefined,
    components: [{ sku: 'bottle', quantity: 2 }],
  })
  const third = await world.open('third', { set: 10 })
  const stepped = await stepConnection(world, third.connectionId)
  await turns(clock, stepped, 4, 300)
  expect((await world.level(third.connectionId, 'set')).desired).toBe(10)
  await changeStaleRule(world.context, undefined, { afterMs: 5 * MINUTE, kind: 'percent', amount: 30 })
  silent.platform.fault = (operation) => (operation === 'orders' ? 'lost' : undefined)
  await pass(8)
  expect((await world.level(third.connectionId, 'set')).desired).toBe(3)
})
