// Warehouses are told of returns before they come, with the production worker on a manual clock.
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import { type CustomerReturn, findReturn } from '@plimsoll/orders'
import { findBrokenBalances, findBrokenReservations } from '@plimsoll/stock'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { anyFaults, anyInspection, anyTime } from '../testing/any-faults.ts'
import { at, die, type Floor, go, head, openFloor, tasksOf } from '../testing/floor.ts'
import { ExpectedReturns, toldReturnsConnector } from '../testing/memory-told-returns.ts'
import { memoryWarehouseConnector } from '../testing/memory-warehouse.ts'
import { replaceReturnLines } from './announced-return.store.ts'
import { announceReturnAgain, readReturnAnnouncement } from './read-return-notice.ts'
import { cancelReturn, createReturn, inspectReturn } from './return-actions.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(async () => {
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  expect(await findBrokenReservations(database.kysely)).toEqual([])
  await database.drop()
})

/** A warehouse that is told, and whose counts nobody can read: what comes back is in stock by what it tells of returns alone. */
async function openTold(expected: ExpectedReturns, { leaseMs = 3_600_000, canWithdraw = true } = {}) {
  const floor = await openFloor(database, 20, leaseMs, (warehouse, id) =>
    toldReturnsConnector(warehouse, expected, { id, canWithdraw }),
  )
  floor.warehouse.fault = (call) => (call === 'counts' ? 'lost' : undefined)
  return floor
}

async function make({ world }: Floor, number: string, quantity: number, shipmentId?: string) {
  const made = await createReturn(world.context, head(), {
    number,
    shipmentId,
    locationCode: '3PL',
    lines: [{ sku: 'bottle', quantity }],
  })
  if (made.kind === 'refused') throw new Error(made.message)
  return made.result.returnId
}

const returnOf = async ({ world }: Floor, returnId: string): Promise<CustomerReturn> => {
  const found = await findReturn(database.kysely, world.context.organizationId, returnId)
  if (found === undefined) throw new Error('it is kept')
  return found
}

const units = fc.integer({ min: 1, max: 3 })
const nth = fc.nat(3)
const happening = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('make' as const), units }) },
  fc.record({ kind: fc.constantFrom('cancel' as const, 'come' as const), nth }),
  anyInspection,
  ...anyTime,
  // Somebody undoes what it would be told by, the warehouse takes none; or both are put right.
  fc.record({
    kind: fc.constant('refuse' as const),
    as: fc.constantFrom('unmapped' as const, 'refused' as const, 'taken' as const),
  }),
  fc.record({ kind: fc.constant('again' as const), nth }),
)

test('I3: a return is told once, taken back once, and what comes of it is its own, whatever answers are lost and whoever dies', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('by-key' as const, 'by-read-back' as const),
      fc.constantFrom('by-our-id' as const, 'by-their-id' as const, 'by-number' as const),
      fc.array(happening, { minLength: 6, maxLength: 16 }),
      anyFaults({ well: 2, maxLength: 8 }),
      async (proof, named, happenings, faults) => {
        const expected = new ExpectedReturns(proof)
        const floor = await openTold(expected, { leaseMs: 5_000 })
        const { warehouse, world } = floor
        expected.fault = () => faults[expected.calls % faults.length]
        const made: string[] = []
        const come = new Map<string, { externalId: string; units: number }>()
        for (const [step, each] of happenings.entries()) {
          const pick = 'nth' in each ? made[each.nth % Math.max(1, made.length)] : undefined
          if (each.kind === 'make') made.push(await make(floor, `RMA-${step}`, each.units))
          if (each.kind === 'cancel' && pick !== undefined) await cancelReturn(world.context, head(), pick)
          const there = expected.all.find(({ notice }) => notice.returnId === pick)
          if (each.kind === 'come' && there?.state === 'expected') {
            there.state = 'come'
            const { returnId, number, lines } = there.notice
            const asNamed = {
              'by-our-id': { externalId: `B-${step}`, returnId, number: undefined },
              'by-their-id': { externalId: there.externalId, number: undefined },
              'by-number': { externalId: `B-${step}`, number },
            }[named]
            const quantity = lines[0]?.quantity ?? 0
            warehouse.comeBack({ ...asNamed, shipmentId: undefined }, 'bottle', quantity)
            come.set(returnId, { externalId: asNamed.externalId, units: quantity })
          }
          if (each.kind === 'refuse') {
            warehouse.linesMax = each.as === 'unmapped' ? 0 : 100
            expected.refusesAll = each.as === 'refused'
          }
          if (each.kind === 'again' && pick !== undefined) await announceReturnAgain(world.context, pick)
          const back = come.get(pick ?? '')
          if (each.kind === 'inspect' && back !== undefined)
            warehouse.inspect(back.externalId, each.units, each.as)
          if (each.kind === 'go') await go(floor, each.rounds, 700)
          if (each.kind === 'die') await die(floor, 'warehouse')
        }
        expected.fault = () => undefined
        await go(floor, 40, 10_000)
        const open = new Set((await tasksOf(floor)).map(({ subject }) => subject))
        for (const returnId of made) {
          const told = expected.all.filter(({ notice }) => notice.returnId === returnId)
          expect(told.length, 'told once').toBeLessThanOrEqual(1)
          const returned = await returnOf(floor, returnId)
          const standing = await readReturnAnnouncement(world.context, returnId)
          if ('kind' in standing) throw new Error(standing.message)
          const back = come.get(returnId)
          if (back === undefined && returned.state === 'cancelled')
            expect(told.every(({ state }) => state === 'off')).toBe(true)
          if (back === undefined && returned.state === 'announced' && standing.state === 'refused')
            expect(open.has(returnId), 'a person knows').toBe(true)
          else if (back === undefined && returned.state === 'announced') {
            expect(told).toMatchObject([{ state: 'expected' }])
            expect(standing).toMatchObject({ state: 'done', externalId: told[0]?.externalId })
          }
          // By the number what has come to one that was called off is nobody's: it may be another's.
          if (back === undefined || (named === 'by-number' && returned.state === 'cancelled')) continue
          const found =
            warehouse.returns.find(({ externalId }) => externalId === back.externalId)?.lines ?? []
          const of = (condition: string) =>
            found.filter((line) => line.condition === condition).reduce((sum, line) => sum + line.quantity, 0)
          expect(returned.lines).toMatchObject([
            { restocked: of('sellable'), damaged: of('damaged'), disposed: of('disposed') },
          ])
        }
        const { onHand, held } = await at(floor)
        expect({ onHand, held }).toEqual({
          onHand: warehouse.stock.get('bottle'),
          held: warehouse.damaged.get('bottle') ?? 0,
        })
      },
    ),
    { ...fromEnvironment(6), endOnFailure: true },
  )
}, 600_000)

test('what a warehouse refuses is a task, told again once it is put right; called off it is taken back; come all the same, a task', async () => {
  const expected = new ExpectedReturns('by-key')
  const floor = await openTold(expected)
  const { world, warehouse } = floor
  const { context } = world
  expected.refused.add('RMA-no')
  const refused = await make(floor, 'RMA-no', 2)
  const off = await make(floor, 'RMA-off', 1)
  await go(floor, 10)
  expect(await readReturnAnnouncement(context, refused)).toMatchObject({
    warehouse: '3pl',
    state: 'refused',
    problem: 'We take nothing back',
    withdrawal: null,
  })
  expect(await tasksOf(floor)).toMatchObject([
    { kind: 'return-refused', detail: expect.stringContaining('We take nothing back') },
  ])
  expect(
    await inspectReturn(context, head(), {
      returnId: off,
      lines: [{ line: 1, quantity: 1, condition: 'sellable' }],
    }),
  ).toMatchObject({ code: 'document-state', field: 'location' })
  expected.refused.clear()
  await announceReturnAgain(context, refused)
  await cancelReturn(context, head(), off)
  // The same number again: what comes by it would be anybody's, until the first is taken back.
  await go(floor, 10)
  expect(await tasksOf(floor)).toEqual([])
  expect(expected.all.map(({ notice, state }) => [notice.number, state])).toEqual([
    ['RMA-off', 'off'],
    ['RMA-no', 'expected'],
  ])
  expect(await readReturnAnnouncement(context, off)).toMatchObject({ state: 'done', withdrawal: 'done' })
  // What its channel says later replaces the first, which the warehouse knows; told the same again, nothing is changed.
  const [item] = await world.rows(sql<{ itemId: string }>`
    select item_id from item where organization_id = ${context.organizationId} and sku = 'bottle'`)
  const expectNow = async (quantity: number) => {
    await inTransaction(database, (tx) =>
      replaceReturnLines(tx, context.organizationId, refused, [{ itemId: item?.itemId ?? '', quantity }]),
    )
    await go(floor, 3)
    return (await tasksOf(floor)).map(({ kind }) => kind)
  }
  expect(await expectNow(2)).toEqual([])
  expect(await expectNow(1)).toEqual(['return-changed'])
  await sql`update task set closed_at = opened_at where organization_id = ${context.organizationId}`.execute(
    database.kysely,
  )
  expect(await expectNow(1), 'said once').toEqual([])
  expect(await expectNow(2)).toEqual(['return-changed'])
  const twice = await make(floor, 'RMA-no', 1)
  await make(floor, 'RMA-off', 1)
  const [there] = expected.all.filter(({ notice }) => notice.returnId === refused)
  if (there === undefined) throw new Error('it is expected')
  there.state = 'come'
  await cancelReturn(context, head(), refused)
  await go(floor, 10)
  expect(await readReturnAnnouncement(context, twice)).toMatchObject({
    state: 'refused',
    problem: expect.stringContaining('another return under the number "RMA-no"'),
  })
  expect(await readReturnAnnouncement(context, refused)).toMatchObject({ withdrawal: 'too-late' })
  expect((await tasksOf(floor)).map(({ kind }) => kind)).toEqual(['return-changed', 'return-refused'])
  // More came than was announced: the order has no say, the task says it.
  warehouse.comeBack({ externalId: there.externalId, shipmentId: undefined }, 'bottle', 3)
  warehouse.inspect(there.externalId, 3, 'sellable')
  await go(floor, 40)
  expect(await returnOf(floor, refused)).toMatchObject({ state: 'closed', lines: [{ restocked: 2 }] })
  expect(await tasksOf(floor)).toContainEqual(
    expect.objectContaining({ kind: 'receipt-differs', units: 1, detail: expect.stringContaining('RMA-no') }),
  )
  expect(await at(floor)).toMatchObject({ onHand: 23 })
}, 120_000)

test.each(['by-key', 'by-read-back'] as const)(
  '%s: told or not, nobody knows, then refused: once it is called off it is taken back, and its number is free again',
  async (proof) => {
    const expected = new ExpectedReturns(proof)
    const floor = await openTold(expected)
    const { context } = floor.world
    expected.fault = (call) => (call === 'announceReturn' ? 'dropped' : undefined)
    const returnId = await make(floor, 'RMA-doubt', 1)
    await go(floor, 3)
    expect(expected.all).toMatchObject([{ state: 'expected' }])
    expected.refusesAll = true
    expected.fault = () => undefined
    await go(floor, 12, 15_000)
    expect(await readReturnAnnouncement(context, returnId)).toMatchObject({ state: 'refused' })
    expect(await tasksOf(floor)).toMatchObject([
      { kind: 'return-refused', detail: expect.stringContaining('may know of the return') },
    ])
    expected.refusesAll = false
    const other = await make(floor, 'RMA-doubt', 2)
    await go(floor, 10)
    expect(await readReturnAnnouncement(context, other)).toMatchObject({ state: 'refused' })
    await cancelReturn(context, head(), returnId)
    await go(floor, 12, 15_000)
    expect(expected.all).toMatchObject([{ state: 'off' }])
    await announceReturnAgain(context, other)
    await go(floor, 12, 15_000)
    expect(await readReturnAnnouncement(context, other)).toMatchObject({ state: 'done' })
    expect(await tasksOf(floor)).toEqual([])
  },
  240_000,
)

test('a warehouse that takes no word, or none back, is shown as such; its parcel is ours by the number, and goes back on the order', async () => {
  const mute = await openFloor(database, 20, 3_600_000, memoryWarehouseConnector)
  mute.warehouse.fault = (call) => (call === 'counts' ? 'lost' : undefined)
  const order = mute.platform.sell('bottle', 3)
  if (order === undefined) throw new Error('the shop sells it')
  await go(mute, 12)
  const [shipment] = mute.warehouse.shipments
  if (shipment === undefined) throw new Error('it was asked for')
  mute.warehouse.send(shipment)
  await go(mute, 40)
  const returnId = await make(mute, 'RMA-1', 2, shipment.request.shipmentId)
  await go(mute, 10)
  expect(await readReturnAnnouncement(mute.world.context, returnId)).toMatchObject({
    warehouse: '3pl',
    state: 'not-possible',
  })
  mute.warehouse.comeBack({ externalId: 'B-1', shipmentId: undefined, number: 'RMA-1' }, 'bottle', 2)
  mute.warehouse.inspect('B-1', 1, 'damaged')
  mute.warehouse.inspect('B-1', 1, 'disposed')
  await go(mute, 40)
  expect(await returnOf(mute, returnId)).toMatchObject({
    state: 'closed',
    lines: [{ restocked: 0, damaged: 1, disposed: 1 }],
  })
  const [line] = await mute.world.rows(sql<{ takenBack: number }>`
    select sum(taken_back)::bigint as taken_back from order_line
    where organization_id = ${mute.world.context.organizationId}`)
  expect(line?.takenBack, 'on its order, which the warehouse did not name').toBe(2)
  expect(await at(mute)).toMatchObject({ onHand: 18, held: 1 })

  const expected = new ExpectedReturns('by-key')
  const deaf = await openTold(expected, { canWithdraw: false })
  const off = await make(deaf, 'RMA-2', 1)
  await go(deaf, 10)
  await cancelReturn(deaf.world.context, head(), off)
  await go(deaf, 10)
  expect(await readReturnAnnouncement(deaf.world.context, off)).toMatchObject({ withdrawal: 'not-possible' })
  expect(await tasksOf(deaf)).toMatchObject([{ kind: 'return-changed' }])
}, 120_000)
