// A warehouse whose lists of receipts and returns come hours late: its counts say what is there, and do not wait for them.
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import { findBrokenBalances, findBrokenReservations } from '@plimsoll/stock'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { announce, at, die, type Floor, go, inboundOf, openFloor } from '../testing/floor.ts'
import { LateLists, lateListsConnector, type ToldMoment } from '../testing/memory-late-lists.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(async () => {
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  expect(await findBrokenReservations(database.kysely)).toEqual([])
  await database.drop()
})

type Kind = { deducts: 'shipped' | 'requested'; moment: ToldMoment }

async function openLate({ deducts, moment }: Kind) {
  const made: { lists?: LateLists } = {}
  const floor = await openFloor(database, 20, 5_000, (warehouse, id) => {
    made.lists = new LateLists(warehouse, moment)
    return lateListsConnector(warehouse, { id, lists: made.lists, deducts })
  })
  const { lists } = made
  if (lists === undefined) throw new Error('the warehouse was connected')
  return { ...floor, lists }
}

type Happening =
  | { kind: 'sell'; units: number }
  | { kind: 'receive'; isOurs: boolean; units: number; isDamaged: boolean }
  | { kind: 'send'; nth: number }
  | { kind: 'come-back'; nth: number; units: number; as: 'sellable' | 'damaged' | 'disposed' }
  | { kind: 'go'; rounds: number; ms: number }
  | { kind: 'publish' | 'die' }

const units = fc.integer({ min: 1, max: 4 })
const nth = fc.nat(3)
const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ kind: fc.constant('sell' as const), units }),
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('receive' as const),
      isOurs: fc.boolean(),
      units,
      isDamaged: fc.boolean(),
    }),
  },
  fc.record({ kind: fc.constant('send' as const), nth }),
  fc.record({
    kind: fc.constant('come-back' as const),
    nth,
    units,
    as: fc.constantFrom('sellable' as const, 'sellable' as const, 'damaged' as const, 'disposed' as const),
  }),
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('go' as const),
      rounds: fc.integer({ min: 1, max: 6 }),
      ms: fc.constantFrom(1_000, 20_000, 150_000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('publish' as const, 'publish' as const, 'die' as const) }),
  },
)

/** A delivery that is counted before anything tells of it, and one that is told before it is counted again. */
const COUNTED_FIRST: Happening[] = [
  { kind: 'receive', isOurs: true, units: 4, isDamaged: false },
  { kind: 'go', rounds: 6, ms: 150_000 },
  { kind: 'publish' },
  { kind: 'go', rounds: 3, ms: 1_000 },
  { kind: 'receive', isOurs: true, units: 2, isDamaged: false },
  { kind: 'publish' },
  { kind: 'go', rounds: 4, ms: 20_000 },
]

test('I11: whenever what came in and back is told, and by whatever moment, the hub has what the counts say: never more than lies there, and in the end just that', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        deducts: fc.constantFrom('shipped' as const, 'requested' as const),
        moment: fc.constantFrom('true' as const, 'early' as const, 'late' as const),
      }),
      fc.array(happening, { minLength: 5, maxLength: 10 }),
      async (kind, happenings) => {
        const floor = await openLate(kind)
        const { platform, warehouse, lists, clock } = floor
        const inboundId = await announce(floor, 30)
        for (const [step, each] of happenings.entries()) {
          const shipment =
            'nth' in each
              ? warehouse.shipments[each.nth % Math.max(1, warehouse.shipments.length)]
              : undefined
          if (each.kind === 'sell') platform.sell('bottle', each.units)
          if (each.kind === 'receive')
            warehouse.takeIn(
              each.isOurs
                ? { externalId: 'R-ours', inboundId }
                : { externalId: 'R-else', inboundId: undefined },
              'bottle',
              each.units,
              { condition: each.isDamaged ? 'damaged' : 'sellable' },
            )
          if (each.kind === 'send' && shipment !== undefined) warehouse.send(shipment)
          if (each.kind === 'come-back' && shipment !== undefined) {
            const { shipmentId } = shipment.request
            const sent = sum(shipment.parcels.flatMap(({ lines }) => lines))
            const back = warehouse.returns.filter((one) => one.shipmentId === shipmentId)
            const some = Math.min(each.units, sent - sum(back.flatMap(({ lines }) => lines)))
            if (some > 0) {
              warehouse.comeBack({ externalId: `B-${shipmentId}`, shipmentId }, 'bottle', some)
              warehouse.inspect(`B-${shipmentId}`, some, each.as)
            }
          }
          if (each.kind === 'publish') lists.publish()
          if (each.kind === 'die') await die(floor, 'warehouse')
          if (each.kind === 'go')
            for (let round = 0; round < each.rounds; round += 1) {
              await go(floor, 1, each.ms)
              await expectNoMore(floor, `${step} ${JSON.stringify(each)}`)
            }
        }
        for (let round = 0; round < 2; round += 1) {
          await go(floor, 8, 3_000)
          for (const shipment of warehouse.shipments) warehouse.send(shipment)
        }
        await clock.advance(10 * 60_000)
        await go(floor, 12, 20_000)
        // No report was waited for: what they have not told of is there already…
        const there = () => ({
          onHand: warehouse.stock.get('bottle'),
          held: warehouse.damaged.get('bottle') ?? 0,
        })
        expect(await at(floor)).toMatchObject(there())
        // … and is not there once more when they do, counted again or not.
        lists.publish()
        warehouse.fault = (call) => (call === 'counts' ? 'lost' : undefined)
        await go(floor, 10, 20_000)
        expect(await at(floor)).toMatchObject(there())
        warehouse.fault = () => undefined
        await clock.advance(10 * 60_000)
        await go(floor, 10, 20_000)
        expect(await at(floor)).toMatchObject(there())
        await expectTold(floor, inboundId)
      },
    ),
    {
      ...fromEnvironment(3),
      endOnFailure: true,
      examples: [[{ deducts: 'shipped', moment: 'late' }, COUNTED_FIRST]],
    },
  )
}, 300_000)

/** Beyond what lies there the hub has at most what left a moment ago and was not told yet. */
async function expectNoMore(floor: Floor, after: string): Promise<void> {
  const { world, warehouse } = floor
  const [known] = await world.rows(sql<{ units: number }>`
    select coalesce(sum(dispatched), 0)::bigint as units from order_line
    where organization_id = ${world.context.organizationId}`)
  const left = warehouse.left.reduce((total, { units: some }) => total + some, 0)
  const most = (warehouse.stock.get('bottle') ?? 0) + left - (known?.units ?? 0)
  expect((await at(floor)).onHand, after).toBeLessThanOrEqual(most)
}

/** Documents and orders say what came in and back, all of it and once. */
async function expectTold(floor: Floor, inboundId: string): Promise<void> {
  const { world, warehouse } = floor
  const ours = warehouse.receipts.filter((receipt) => receipt.inboundId === inboundId)
  const received = sum(ours.flatMap(({ lines }) => lines))
  expect(await inboundOf(floor, inboundId)).toMatchObject({ lines: [{ received }] })
  expect((await at(floor)).incoming).toBe(Math.max(0, 30 - received))
  const back = warehouse.returns.flatMap(({ lines }) => lines)
  const [orders] = await world.rows(sql<{ returned: number }>`
    select coalesce(sum(returned), 0)::bigint as returned from order_line
    where organization_id = ${world.context.organizationId}`)
  expect(orders?.returned).toBe(sum(back.filter(({ condition }) => condition !== 'disposed')))
}

function sum(lines: readonly { quantity: number }[]): number {
  return lines.reduce((total, { quantity }) => total + quantity, 0)
}
