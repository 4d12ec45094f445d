// The same whatever answers are lost and whoever dies: what the hub has is what lies on the warehouse's floor.
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import { cancelInboundRest, findBrokenBalances, findBrokenReservations } from '@plimsoll/stock'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toDocumentStore } from '../availability/stock-changes.ts'
import { anyFaults, anyInspection, anyTime } from '../testing/any-faults.ts'
import { announce, at, die, go, head, inboundOf, openFloor, tasksOf } from '../testing/floor.ts'
import { memoryWarehouseConnector } from '../testing/memory-warehouse.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(async () => {
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  expect(await findBrokenReservations(database.kysely)).toEqual([])
  await database.drop()
})

type Happening =
  | { kind: 'announce' | 'sell'; units: number }
  | { kind: 'receive'; nth: number; units: number; isDamaged: boolean }
  | { kind: 'complete' | 'send'; nth: number }
  | { kind: 'come-back' | 'refund'; nth: number; units: number }
  | { kind: 'inspect'; nth: number; units: number; as: 'sellable' | 'damaged' | 'disposed' }
  | { kind: 'call-off'; nth: number }
  | { kind: 'refuse'; as: 'unmapped' | 'taken' }
  | { kind: 'go'; rounds: number }
  | { kind: 'die' }

const units = fc.integer({ min: 1, max: 4 })
const nth = fc.nat(3)
const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ kind: fc.constantFrom('announce' as const, 'sell' as const, 'sell' as const), units }),
  fc.record({ kind: fc.constant('receive' as const), nth, units, isDamaged: fc.boolean() }),
  fc.record({ kind: fc.constantFrom('complete' as const, 'send' as const, 'send' as const), nth }),
  fc.record({ kind: fc.constant('call-off' as const), nth }),
  fc.record({
    kind: fc.constant('refuse' as const),
    as: fc.constantFrom('unmapped' as const, 'taken' as const),
  }),
  fc.record({ kind: fc.constantFrom('come-back' as const, 'refund' as const), nth, units }),
  anyInspection,
  ...anyTime,
)

test('I11: whatever comes in and back, answers are lost and processes die: what the hub has is what lies there, with counts or without', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      fc.constantFrom('by-key' as const, 'by-read-back' as const),
      fc.array(happening, { minLength: 8, maxLength: 20 }),
      anyFaults({ well: 3, maxLength: 10 }),
      async (isCounting, proof, happenings, faults) => {
        const floor = await openFloor(database, 20, 5_000, (told, id) => {
          told.inbounds = proof
          return memoryWarehouseConnector(told, id)
        })
        const { platform, warehouse, world, clock } = floor
        let call = 0
        warehouse.fault = (name) => {
          if (name === 'counts') return isCounting ? undefined : 'lost'
          return faults[call++ % faults.length]
        }
        const inbounds: string[] = []
        const orders: string[] = []
        const pick = <T>(of: readonly T[], at: number): T | undefined => of[at % Math.max(1, of.length)]
        for (const [step, each] of happenings.entries()) {
          if (each.kind === 'announce') inbounds.push(await announce(floor, each.units * 3, `PO-${step}`))
          if (each.kind === 'sell') {
            const order = platform.sell('bottle', each.units)
            if (order !== undefined) orders.push(order.externalId)
          }
          if (each.kind === 'receive') {
            const inboundId = pick([...inbounds, undefined], each.nth)
            warehouse.takeIn({ externalId: `R-${inboundId ?? each.nth}`, inboundId }, 'bottle', each.units, {
              condition: each.isDamaged ? 'damaged' : 'sellable',
            })
          }
          if (each.kind === 'refuse') warehouse.linesMax = each.as === 'unmapped' ? 0 : 100
          const off = each.kind === 'call-off' ? pick(inbounds, each.nth) : undefined
          if (off !== undefined)
            await cancelInboundRest(toDocumentStore(world.context), head(), { inboundId: off })
          if (each.kind === 'complete') {
            const receipt = pick(warehouse.receipts, each.nth)
            if (receipt !== undefined) warehouse.complete(receipt.externalId)
          }
          const shipment = 'nth' in each ? pick(warehouse.shipments, each.nth) : undefined
          if (each.kind === 'send' && shipment !== undefined) warehouse.send(shipment)
          if (each.kind === 'come-back' && shipment !== undefined) {
            const { shipmentId } = shipment.request
            const sent = shipment.parcels
              .flatMap(({ lines }) => lines)
              .reduce((sum, { quantity }) => sum + quantity, 0)
            const back = warehouse.returns
              .filter((one) => one.shipmentId === shipmentId)
              .flatMap(({ lines }) => lines)
              .reduce((sum, { quantity }) => sum + quantity, 0)
            const some = Math.min(each.units, sent - back)
            if (some > 0) warehouse.comeBack({ externalId: `B-${shipmentId}`, shipmentId }, 'bottle', some)
          }
          const back = 'nth' in each ? pick(warehouse.returns, each.nth) : undefined
          if (each.kind === 'inspect' && back !== undefined)
            warehouse.inspect(back.externalId, each.units, each.as)
          const order = each.kind === 'refund' ? pick(orders, each.nth) : undefined
          if (each.kind === 'refund' && order !== undefined) platform.refund(order, each.units)
          if (each.kind === 'go') await go(floor, each.rounds, 700)
          if (each.kind === 'die') await die(floor, 'warehouse')
        }
        // The world calms down: all is told.
        warehouse.fault = (name) => (name === 'counts' && !isCounting ? 'lost' : undefined)
        warehouse.linesMax = 100
        for (let round = 0; round < 3; round += 1) {
          await go(floor, 10, 3_000)
          warehouse.land()
          for (const shipment of warehouse.shipments) warehouse.send(shipment)
        }
        await go(floor, 30, 10_000)
        if (isCounting) {
          await clock.advance(30 * 60_000)
          await go(floor, 20, 2_000)
        }
        const { onHand, held, incoming } = await at(floor)
        expect({ onHand, held }).toEqual({
          onHand: warehouse.stock.get('bottle'),
          held: warehouse.damaged.get('bottle') ?? 0,
        })
        let awaited = 0
        for (const inboundId of inbounds) {
          const inbound = await inboundOf(floor, inboundId)
          const lines = inbound?.lines ?? []
          const received = lines.reduce((sum, line) => sum + line.received, 0)
          const told = warehouse.receipts.filter((receipt) => receipt.inboundId === inboundId)
          const there = told
            .flatMap((receipt) => receipt.lines)
            .reduce((sum, { quantity }) => sum + quantity, 0)
          if (inbound?.state !== 'closed' && inbound?.state !== 'cancelled') expect(received).toBe(there)
          for (const line of lines) awaited += line.expected - (line.received - line.over) - line.cancelled
        }
        expect(incoming).toBe(awaited)
        expect(new Set(warehouse.notices.map(({ notice }) => notice.inboundId)).size).toBe(
          warehouse.notices.length,
        )
        // What it awaits and was called off, a person tells it of.
        const open = new Set((await tasksOf(floor)).map(({ kind, subject }) => `${kind} ${subject}`))
        for (const { notice } of warehouse.notices)
          if ((await inboundOf(floor, notice.inboundId))?.state === 'cancelled')
            expect(open).toContain(`inbound-changed ${notice.inboundId}`)
        const wrong = await world.rows(sql`
          select from order_line where organization_id = ${world.context.organizationId} and returned > shipped`)
        expect(wrong).toEqual([])
      },
    ),
    { ...fromEnvironment(4), endOnFailure: true },
  )
}, 600_000)
